"""Noticing that configuration files have changed: also without the system's notices, and before there is a folder."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
import structlog

from monitor import watching
from monitor.watching import changes, signature

DEADLINE = 20.0


@pytest.fixture(autouse=True)
def _logs() -> None:
    """What a command of another test set up writes to a stream that is closed by now."""
    structlog.reset_defaults()


async def noticed(stirs: AsyncGenerator[None, None]) -> None:
    """Wait for the next notice."""
    async with asyncio.timeout(DEADLINE):
        await anext(stirs)


async def test_a_change_is_noticed_where_the_system_gives_no_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the table of watches is full; looking again and again is enough."""

    def full(*_: object, **__: object) -> AsyncGenerator[None, None]:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(watching, "awatch", full)
    monkeypatch.setattr(watching, "LOOK", 0.05)
    async with aclosing(changes(tmp_path, signature(tmp_path))) as stirs:
        for text in ("a", "b"):
            (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
            await noticed(stirs)


async def test_a_folder_that_comes_later_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that goes and comes again."""
    monkeypatch.setattr(watching, "LOOK", 0.05)
    folder = tmp_path / "config"
    async with aclosing(changes(folder, signature(folder))) as stirs:
        for _ in range(2):
            folder.mkdir()
            (folder / "a.yaml").write_text("a", encoding="utf-8")
            await noticed(stirs)
            (folder / "a.yaml").unlink()
            folder.rmdir()
            await noticed(stirs)


def test_what_editors_leave_beside_a_file_is_no_change(tmp_path: Path) -> None:
    """Swap files, locks, backups and schemas; a file's permissions are one, and so is a file in a folder."""
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/ai.yaml").write_text("a", encoding="utf-8")
    before = signature(tmp_path)
    for name in (".ai.yaml.swp", "ai.yaml~", "#ai.yaml#", "4913", "notes.txt"):
        (tmp_path / "watchlists" / name).touch()
    (tmp_path / ".schemas").mkdir()
    (tmp_path / ".schemas/a.yaml").touch()
    assert before == signature(tmp_path)
    (tmp_path / "watchlists/ai.yaml").chmod(0o600)
    assert before != signature(tmp_path)
    (tmp_path / "watchlists/ai.yaml").chmod(0o644)
    (tmp_path / "watchlists/more.yaml").touch()
    assert before != signature(tmp_path)
