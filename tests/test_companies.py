"""`aftershock companies`: finding one, and refreshing the list from a server that answers as the SEC does."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.issuers import Changes
from config.listings import SHIPPED_TABLE, ListingsError, rows
from config.load import load
from monitor import companies
from monitor.cli import app
from monitor.companies import SEC_LIST, told
from monitor.feeds.errors import Timeouts
from standins.web import Answer, Web


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder with a contact, and a state folder beside it."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "aftershock.yaml").write_text("contact: desk@example.com\n", encoding="utf-8")
    monkeypatch.setenv("AFTERSHOCK_CONFIG", str(config))
    monkeypatch.setenv("AFTERSHOCK_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    return config


@pytest.fixture
def sec(monkeypatch: pytest.MonkeyPatch) -> "Web":  # type: ignore[misc]  # pytest reads it as the generator's value
    """A server in the SEC's place."""
    with Web() as web:
        monkeypatch.setenv("AFTERSHOCK_SEC_URL", web.url("").rstrip("/"))
        yield web


def command(*arguments: str) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(app, ["companies", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def sec_list(*more: tuple[int, str, str, str], without: str = "") -> bytes:
    """The SEC's file as the shipped table has it, without a symbol, with rows more."""
    data: list[tuple[int, str, str, str | None]] = [
        (row.cik, row.legal, symbol, "NYSE" if row.weight and "." not in row.symbols[0] else "OTC")
        for row in rows(SHIPPED_TABLE.read_bytes())[1]
        if row.cik and not row.note
        for symbol in row.symbols
        if "." not in symbol and symbol != without
    ]
    return json.dumps({"fields": ["cik", "name", "ticker", "exchange"], "data": [*data, *more]}).encode()


def test_a_company_is_found_by_symbol_name_or_id(folder: Path) -> None:
    """With all that is known of it, and others of a like name."""
    for text in ("SHAK", "Shake Shack", "shake-shack"):
        result = command("find", text)
        assert 0 == result.exit_code
        assert "Shake Shack\n" in result.stdout
        assert "SHAK" in result.stdout


def test_what_is_known_of_a_company_is_shown(folder: Path) -> None:
    """Names by how far they are trusted, where it comes from, relations and watchlists."""
    shown = command("find", "NVDA").stdout
    for part in ("names, in any case", "brands, in any case", "companies.yaml", "relations", "watchlists"):
        assert part in shown
    assert "no longer listed since 2025" in command("find", "WBA").stdout


def test_a_misspelt_name_offers_the_nearest(folder: Path) -> None:
    """Exit code 2, so that a script notices."""
    result = command("find", "Shake Shak")
    assert (2, True) == (result.exit_code, "Did you mean:\n  SHAK" in result.stdout)


def test_a_name_like_none_says_where_to_add_one(folder: Path) -> None:
    """One line, exit code 2."""
    result = command("find", "zzzzqqqq")
    assert (2, True) == (result.exit_code, "companies.yaml of your config folder" in result.stderr)


def test_an_update_asks_the_sec_as_it_wants_to_be_asked(folder: Path, sec: Web) -> None:
    """Once, and with the contact of the settings in the User-Agent."""
    sec.serve(SEC_LIST, Answer(body=sec_list()))
    assert 0 == command("update").exit_code
    (request,) = sec.requests(SEC_LIST)
    assert "contact: desk@example.com" in request.headers["user-agent"]


def test_an_update_is_told_and_used_by_the_next_command(folder: Path, sec: Web, tmp_path: Path) -> None:
    """What is new and what is gone; the next command knows both."""
    body = sec_list((99_999_999, "GRANITE LANTERN CORP", "GRLN", "Nasdaq"), without="SHAK")
    sec.serve(SEC_LIST, Answer(body=gzip.compress(body), headers={"Content-Encoding": "gzip"}))
    result = command("update")
    assert 0 == result.exit_code
    assert "new (1): Granite Lantern (GRLN)" in result.stdout
    assert "no longer listed (1): Shake Shack (SHAK)" in result.stdout
    assert "Granite Lantern\n" in command("find", "GRLN").stdout
    assert "no longer listed since" in command("find", "SHAK").stdout
    again = command("update").stdout
    assert "Nothing changed since the last time." in again
    assert ["listings.tsv.gz"] == [path.name for path in (tmp_path / "state").iterdir()]


def test_the_names_of_a_refreshed_table_are_as_good_as_the_shipped_ones(folder: Path, sec: Web, tmp_path: Path) -> None:
    """The same list gives the same companies with the same names."""
    sec.serve(SEC_LIST, Answer(body=sec_list()))
    command("update")
    before, after = load(None).config, load(None, refreshed=tmp_path / "state" / "listings.tsv.gz").config
    assert before is not None
    assert after is not None
    assert 0 == sum(after.companies[id_].aliases != company.aliases for id_, company in before.companies.items())
    assert before.by_symbol.keys() == after.by_symbol.keys()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(403, b"who are you?"), "answered 403"),
        (Answer(body=b"<html>hello</html>"), "is no list of tickers by exchange"),
        (Answer(body=b'{"fields": ["cik", "name", "ticker", "exchange"], "data": []}'), "it cannot be whole"),
        (Answer(body=b"12", length=9), "the answer broke off"),
        (Answer(raw=b"hello\r\n"), "something that is not HTTP"),
    ],
)
def test_an_answer_that_is_of_no_use_changes_nothing(
    folder: Path, sec: Web, tmp_path: Path, answer: Answer, message: str
) -> None:
    """One line, exit code 2, and no file."""
    sec.serve(SEC_LIST, answer)
    result = command("update")
    assert (2, True) == (result.exit_code, message in result.stderr), result.stderr
    assert not (tmp_path / "state" / "listings.tsv.gz").exists()


def test_an_answer_without_end_is_cut(folder: Path, sec: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """In size and in time."""
    monkeypatch.setattr(companies, "LARGEST", 1000)
    sec.serve(SEC_LIST, Answer(body=b"x" * 2000))
    assert "the list is larger than 0.001 MB" in command("update").stderr


async def test_a_server_that_says_nothing_is_left(sec: Web) -> None:
    """Within the deadline."""
    sec.serve(SEC_LIST, Answer(body=b"{}", delay=30))
    with pytest.raises(ListingsError, match="no whole answer within"):
        await companies.fetch(sec.url(""), "desk@example.com", Timeouts(total=0.2))


def test_a_server_that_is_not_there_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its address, so that a mistake in AFTERSHOCK_SEC_URL shows."""
    with Web() as web:
        address = web.url("").rstrip("/")
    monkeypatch.setenv("AFTERSHOCK_SEC_URL", address)
    assert f"{address}{SEC_LIST}: connection refused" in command("update").stderr


def test_without_a_contact_the_sec_is_not_asked(folder: Path, sec: Web) -> None:
    """It turns such readers away; the line says what to set where."""
    (folder / "aftershock.yaml").write_text("workers: 1\n", encoding="utf-8")
    result = command("update")
    assert (2, []) == (result.exit_code, sec.requests())
    assert "set `contact: you@example.com` in aftershock.yaml" in result.stderr


def test_a_state_folder_that_cannot_be_written_is_named(folder: Path, sec: Web, tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "state").write_text("", encoding="utf-8")
    sec.serve(SEC_LIST, Answer(body=sec_list()))
    result = command("update")
    assert (2, True) == (result.exit_code, "cannot be written to" in result.stderr)


def test_many_changes_are_told_in_a_line() -> None:
    """The first dozen by name, and how many more."""
    lines = told([], Changes(new=tuple((f"Fern {n}", f"F{n}") for n in range(15))))
    assert "new (15): Fern 0 (F0), " in lines[1]
    assert lines[1].endswith("Fern 11 (F11), and 3 more")
