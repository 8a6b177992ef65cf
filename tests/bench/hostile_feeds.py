"""What hostile answers cost: time beyond the limit, memory, and how long ordinary feeds wait meanwhile.

    .venv/bin/python tests/bench/hostile_feeds.py

Everything is on loopback and takes about four minutes. Memory is the resident set of this process and its workers,
above what it was when all of them had started.
"""

import asyncio
import gzip
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console as Terminal

from config.types import Feed, Settings
from monitor.feeds.fetch import HttpNews, Limits
from monitor.types import FeedState
from standins.names import Names
from standins.web import Answer, Web, item, rss

OUT = Terminal(highlight=False, soft_wrap=True)
GOOD = 20
MANY = 20
NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)


def bomb() -> bytes:
    """Three hundred kilobytes that unpack to 300 MB."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(b"<rss version='2.0'><channel><item><title>")
    return head + b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()


def large() -> bytes:
    """A feed of 28 MB, every item of it right."""
    one = item("An ordinary headline of the usual length", summary="word " * 200).encode()
    return rss().replace(b"</channel>", one * (28_000_000 // len(one)) + b"</channel>")


def laughs() -> bytes:
    """Entities of entities."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{lines}]><rss><channel><title>&l9;</title>'.encode()


NEST = b"<a>" * 200_000
ITEM = b"<rss version='2.0'><channel><item><title>x</title>"
JSON = b'{"version": "https://jsonfeed.org/version/1", "items": '
ATTRIBUTES = b" ".join(b"a%d='x'" % n for n in range(300_000))
HOSTILE: dict[str, Callable[[], Answer]] = {
    "gzip bomb, 300 MB": lambda: Answer(body=bomb(), headers={"Content-Encoding": "gzip"}),
    "28 MB feed": lambda: Answer(body=large()),
    "28 MB feed in gzip": lambda: Answer(body=gzip.compress(large()), headers={"Content-Encoding": "gzip"}),
    "200,000-deep nesting": lambda: Answer(body=ITEM + NEST),
    "200,000-deep JSON": lambda: Answer(body=JSON + b"[" * 200_000),
    "200,000-deep in a summary": lambda: Answer(body=rss(item("x", guid="1", summary=NEST.decode()))),
    "400,000-deep in a summary": lambda: Answer(body=rss(item("x", guid="1", summary=NEST.decode() * 2))),
    "300,000 attributes": lambda: Answer(body=b"<rss version='2.0'><a " + ATTRIBUTES + b"/></rss>"),
    "billion laughs": lambda: Answer(body=laughs()),
    "4.9 MB of items": lambda: Answer(body=large()[:4_900_000]),
    "trickling server": lambda: Answer(body=rss(item("x", guid="1")) * 50, trickle=0.5),
    "headers without end": lambda: Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"y" * 2_000_000),
    "never an answer": lambda: Answer(delay=600),
    "redirects in a ring": lambda: Answer(302, headers={"Location": "/hostile"}),
}


def resident() -> int:
    """Bytes in memory of this process and all below it."""
    pids, total = [Path("/proc/self").resolve().name], 0
    while pids:
        pid = pids.pop()
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
            for task in Path(f"/proc/{pid}/task").iterdir():
                pids += (task / "children").read_text().split()
        except OSError:
            continue
    return total


async def peak(stop: asyncio.Event) -> int:
    """The most memory until `stop`."""
    most = 0
    while not stop.is_set():
        most = max(most, resident())
        await asyncio.sleep(0.05)
    return most


async def watched(news: HttpNews, due: Sequence[tuple[Feed, FeedState]]) -> tuple[dict[str, tuple[float, str]], float]:
    """When each feed's answer came (seconds) and what it was, and by how many MB the memory grew meanwhile."""
    base, stop = resident(), asyncio.Event()
    watch = asyncio.create_task(peak(stop))
    began = time.monotonic()
    came = {}
    async for some in news.poll(due, NOW):
        for answer in some:
            told = answer.error or f"{len(answer.articles)} articles"
            came[answer.state.feed] = time.monotonic() - began, told
    stop.set()
    return came, (await watch - base) / 1e6


def known(feed: Feed) -> FeedState:
    """The state of a feed that could be read last time."""
    return FeedState(feed.id, NOW, last_success=NOW, url=feed.url)


async def one_by_one(news: HttpNews, bad: Web, well: Sequence[tuple[Feed, FeedState]]) -> None:
    """Each hostile answer alone among ordinary feeds."""
    for name, make in HOSTILE.items():
        hostile = Feed("hostile", bad.serve("/hostile", make()), "Hostile")
        for whose, state in (("new", FeedState("hostile", NOW)), ("known", known(hostile))):
            came, grown = await watched(news, [(hostile, state), *well])
            took, error = came.pop("hostile")
            others = max(seconds for seconds, _ in came.values())
            spent = f"{took:5.1f} s, others {others:4.1f} s at most, +{grown:4.0f} MB"
            OUT.print(f"{name:26} {whose:5} {spent}: {error[:70]}")


async def all_at_once(news: HttpNews, bad: Web, well: Sequence[tuple[Feed, FeedState]]) -> None:
    """Twenty of each of these kinds, on hosts of their own, all due before the ordinary feeds, and those once alone."""
    kinds = ("gzip bomb, 300 MB", "trickling server", "200,000-deep nesting")
    feeds = []
    for number, kind in enumerate(kinds):
        path = urlsplit(bad.serve(f"/{number}", HOSTILE[kind]())).path
        port = bad.place.partition(":")[2]
        feeds += [Feed(f"{kind} {n}", f"http://bad{number}-{n}.example:{port}{path}", kind) for n in range(MANY)]
    fresh = [(Feed(f"new-{n}", f.url, "New"), FeedState(f"new-{n}", NOW)) for n, (f, _) in enumerate(well[:5])]
    alone, _ = await watched(news, well)
    OUT.print(f"the others alone: {max(seconds for seconds, _ in alone.values()):.1f} s")
    for whose in ("new", "known"):
        hostile = [(feed, known(feed) if whose == "known" else FeedState(feed.id, NOW)) for feed in feeds]
        came, grown = await watched(news, [*hostile, *well, *fresh])
        OUT.print(f"{len(hostile)} at once, {whose}: +{grown:.0f} MB")
        for kind in (*kinds, "good", "new"):
            found = {name: told for name, told in came.items() if name.startswith(kind)}
            errors = Counter(error for _, error in found.values())
            OUT.print(f"    {kind:22} {max(seconds for seconds, _ in found.values()):5.1f} s at most: {dict(errors)}")


async def main() -> None:
    """Hostile answers beside ordinary feeds, on servers of their own."""
    limits = Limits()
    OUT.print(f"limits: {limits.timeouts.total:g} s to answer, {limits.parse:g} s to parse, {limits.body / 1e6:g} MB")
    with Web() as bad, Web() as web:
        names = Names({f"bad{kind}-{n}": "127.0.0.1" for kind in range(3) for n in range(MANY)})
        news = HttpNews(Settings(allow=frozenset({web.place, bad.place})), limits=limits, resolver=names)
        body = rss(*(item(f"Headline {n}", guid=f"{n}", summary="words " * 60) for n in range(30)))
        feeds = [Feed(f"good-{n}", web.feed(f"/{n}", body), "Good") for n in range(GOOD)]
        well = [(feed, known(feed)) for feed in feeds]
        warm = [Feed(f"warm-{n}", web.feed(f"/warm-{n}", body), "Warm") for n in range(GOOD)]
        async for _ in news.poll([*well, *((feed, FeedState(feed.id, NOW)) for feed in warm)], NOW):
            pass
        await all_at_once(news, bad, well)
        await one_by_one(news, bad, well)
        await news.close()


if __name__ == "__main__":
    asyncio.run(main())
