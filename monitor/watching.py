"""Notices when the YAML files of a folder have changed: by the system's own notices, and by looking ever so often.

Notices (watchfiles) make it quick; looking makes it sure. A folder that is replaced, a network mount, a container's
bind mount or a full table of watches give no notice, but a look at a dozen files costs nothing. What an editor leaves
half-way is waited for.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path

import structlog
from watchfiles import awatch

log = structlog.get_logger("aftershock")

LOOK = 0.3
"""Seconds between looks where nothing gives notice."""
STEP = 0.03
"""Seconds between looks at files that are changing."""
QUIET = 0.15
"""Seconds without a change after which an edit is over: editors write, rename and touch within a few milliseconds."""
GONE = 0.5
"""The same while a file is gone: some programs take one away before they put the new one in its place."""
LONGEST = 1.0
"""Seconds after which files are read even if they keep changing; then again after the next change."""
YAML = (".yaml", ".yml")

Signature = frozenset[tuple[str, int, int, int, int]]
"""What a folder's YAML files look like from outside: name, time, size, inode and permissions of each."""


def signature(folder: Path, beside: Sequence[Path] = ()) -> Signature:
    """Look at a folder and those inside it, and at files beside it. Hidden and other ones do not count.

    Never raises.
    """
    found = {_outside(path, is_folder=False) for path in beside}
    try:
        for path in folder.iterdir():
            if path.name.startswith((".", "#")):
                continue
            is_folder = path.is_dir()
            if is_folder:
                found |= signature(path)
            if is_folder or path.suffix in YAML:
                found.add(_outside(path, is_folder=is_folder))
    except OSError as error:
        found.add((f"{folder} {error.errno}", 0, 0, 0, 0))
    return frozenset(found)


def _outside(path: Path, *, is_folder: bool) -> tuple[str, int, int, int, int]:
    """A folder's own time changes with every temporary file in it, so that does not count."""
    try:
        seen = path.stat()
    except OSError as error:
        return (str(path), -1, error.errno or 0, 0, 0)
    times = (0, 0) if is_folder else (seen.st_mtime_ns, seen.st_size)
    return (str(path), *times, seen.st_ino, seen.st_mode)


async def changes(folder: Path, before: Signature, beside: Sequence[Path] = ()) -> AsyncGenerator[None, None]:
    """Come up whenever the folder's YAML files, or files beside it, have changed and settled since they were `before`.

    The folder need not exist, nor the files; of files beside it there are no notices, they are looked at only. Ends
    when cancelled.
    """
    async with aclosing(_stirs(folder)) as stirs:
        async for _ in stirs:
            now = signature(folder, beside)
            if now != before:
                before = await _settled(partial(signature, folder, beside), before, now)
                yield


async def _settled(look: Callable[[], Signature], before: Signature, now: Signature) -> Signature:
    """What the folder looks like once nothing has changed for a while."""
    clock = asyncio.get_running_loop().time
    started = changed = clock()
    names = {name for name, *_ in before}
    while clock() - started < LONGEST:
        await asyncio.sleep(STEP)
        later = look()
        if later != now:
            now, changed = later, clock()
        gone = names - {name for name, *_ in now}
        if clock() - changed >= (GONE if gone else QUIET):
            break
    return now


async def _stirs(folder: Path) -> AsyncGenerator[None, None]:
    """Come up when the system gives notice, and every `LOOK` seconds; a watch that is lost is set up again."""
    told = False
    while True:
        inode = _inode(folder)
        if inode is not None:
            try:
                watch = awatch(
                    folder,
                    watch_filter=None,
                    debounce=50,
                    step=20,
                    rust_timeout=int(LOOK * 1000),
                    yield_on_timeout=True,
                    ignore_permission_denied=True,
                )
                async with aclosing(watch):
                    async for _ in watch:
                        yield
                        if _inode(folder) != inode:
                            break
            except (OSError, RuntimeError) as error:
                if not told:
                    told = True
                    with suppress(OSError, ValueError):  # not even a log that cannot be written may end the watch
                        log.info(
                            "configuration is looked at several times a second: no notices are to be had",
                            why=str(error),
                        )
        yield
        if _inode(folder) == inode:
            await asyncio.sleep(LOOK)


def _inode(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino
    except OSError:
        return None
