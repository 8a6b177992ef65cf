"""The load of ten thousand feeds every five minutes, nine in ten unchanged, beside the obvious loop.

    .venv/bin/python tests/bench/load_feeds.py [MINUTES]

The server is a process of its own on loopback; it counts how late each request is. The reader is the real news line:
fetching, parsing, the store; only the NLP is left out. Then, on the same server, `feedparser.parse(url)` in threads
reads some hundred of the same feeds, and so does our reader, as fast as each can and by turns.
"""

import asyncio
import random
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import feedparser
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from rich.console import Console as Terminal

from config.types import Config, EventLexicon, Feed, Settings
from monitor.cycle import Edges, read_news
from monitor.feeds.fetch import HttpNews
from monitor.feeds.poll import due
from monitor.market.sessions import Calendars
from monitor.store.store import Store
from monitor.types import FeedState
from nlp.types import Analysis, Text
from standins.web import item, rss

OUT = Terminal(highlight=False, soft_wrap=True)
FEEDS, PER_HOST, EVERY = 10_000, 5, timedelta(minutes=5)
UNCHANGED = 0.9
ITEMS = 25
TICK = 5.0
COMPARED, CHUNK = 400, 50
THREADS = 16
PAGE = 4096


def body(feed: int, version: int) -> bytes:
    """A feed of 25 items and some 20 KB, the newest of them new with each version."""
    words = "The plant will take orders in spring, said the company, and its suppliers expect more of them by autumn. "
    items = (
        item(
            f"Feed {feed} has headline number {version + ITEMS - n} about chips",
            guid=f"{feed}-{version + ITEMS - n}",
            link=f"https://f{feed}.example/{version + ITEMS - n}",
            summary=words * 6,
        )
        for n in range(ITEMS)
    )
    return rss(*items)


async def serve() -> None:
    """Answer conditionally; a feed has a new version at one request in ten."""
    dice = random.Random(7)  # noqa: S311  a bench
    versions: dict[int, int] = {}

    async def answer(request: web.Request) -> web.Response:
        feed = int(request.match_info["feed"])
        version = versions.setdefault(feed, 0)
        if request.headers.get("If-None-Match") == f'"{version}"':
            if dice.random() < UNCHANGED:
                return web.Response(status=304, headers={"ETag": f'"{version}"'})
            version = versions[feed] = version + 1
        return web.Response(body=body(feed, version), headers={"ETag": f'"{version}"', "Content-Type": "text/xml"})

    app = web.Application()
    app.router.add_get("/{feed}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    OUT.print(runner.addresses[0][1])
    await asyncio.Event().wait()


class Loopback(AbstractResolver):
    """Every name is this machine."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:  # noqa: ANN401  a family
        """127.0.0.1."""
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=2, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""


class Silent:
    """An analyzer that finds nothing."""

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """One empty analysis a text."""
        return [Analysis() for _ in texts]


def below() -> list[str]:
    """The processes that this one has started, and theirs, and itself."""
    found, left = [], [str(Path("/proc/self").resolve().name)]
    while left:
        pid = left.pop()
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                left += (task / "children").read_text().split()
        except OSError:
            continue
        found.append(pid)
    return found


def spent(server: int) -> tuple[float, int]:
    """Seconds of processor, ended workers included, and bytes in memory, of all of us but the server."""
    ticks = memory = 0
    for pid in below():
        if int(pid) == server:
            continue
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            memory += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100 + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, memory


async def load(port: int, server: int, minutes: float) -> None:
    """The news line at its ticks over all feeds, which are spread over the five minutes and were read before."""
    settings = Settings(allow=frozenset({f"127.0.0.1:{port}"}), poll_news=EVERY)
    feeds = tuple(Feed(f"f{n}", f"http://h{n // PER_HOST}.example:{port}/{n}", f"{n}") for n in range(FEEDS))
    start = datetime.now(UTC)
    spread = EVERY / FEEDS
    states = [
        FeedState(f.id, start + n * spread, etag='"0"', last_success=start, url=f.url) for n, f in enumerate(feeds)
    ]
    random.Random(1).shuffle(states)  # noqa: S311  a bench
    slots = {s.feed: start + n * spread for n, s in enumerate(states)}
    unused: Any = None
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "load.db")
        await store.transact(lambda tx: tx.save_feeds([_at(state, slots[state.feed]) for state in states]))
        news = HttpNews(settings, resolver=Loopback(), clock=lambda: datetime.now(UTC))
        edges = Edges(news, Silent(), unused, unused, store, Calendars())
        config = Config(settings, {}, (), (), feeds, EventLexicon())
        late: list[float] = []
        failed = taken = 0
        passes: set[asyncio.Task[None]] = set()

        async def one_pass() -> None:
            nonlocal failed, taken
            now = datetime.now(UTC)
            known = {feed.id: state for feed, state in due(config.feeds, edges.rota.states or {}, now)}
            done = await read_news(edges, config, now)
            for answer in done.answers:
                failed += bool(answer.error)
                last = answer.state.last_success
                if answer.state.feed in known and last:
                    late.append((last - known[answer.state.feed].next_poll).total_seconds())
            taken += len(done.taken)

        began, (cpu, _) = time.monotonic(), spent(server)
        most = 0
        while time.monotonic() - began < minutes * 60:
            task = asyncio.create_task(one_pass())
            passes.add(task)
            task.add_done_callback(passes.discard)
            await asyncio.sleep(TICK)
            most = max(most, spent(server)[1])
        await asyncio.gather(*passes)
        took, used = time.monotonic() - began, spent(server)[0] - cpu
        await news.close()
        store.close()
    late.sort()
    OUT.print(
        f"{len(late)} polls in {took:.0f} s ({len(late) / took:.1f}/s; {FEEDS / EVERY.total_seconds():.1f}/s asked), "
        f"{taken} new items, {failed} failed"
    )
    OUT.print(f"processor: {used:.1f} s, {used / took:.2f} of a core; memory at most {most / 1e6:.0f} MB with workers")
    OUT.print(
        f"late: {late[len(late) // 2]:.1f} s in the middle, {late[-1]:.1f} s at most "
        f"(ticks come every {TICK:g} s); slots missed: {sum(x > EVERY.total_seconds() for x in late)}"
    )


def _at(state: FeedState, slot: datetime) -> FeedState:
    return FeedState(state.feed, slot, etag=state.etag, last_success=state.last_success, url=state.url)


async def race(port: int) -> None:
    """Feeds a second of each, by turns over the same feeds, whose hosts differ so that none waits for its own turn."""
    settings = Settings(allow=frozenset({f"127.0.0.1:{port}"}))
    news = HttpNews(settings, resolver=Loopback())
    now = datetime.now(UTC)
    feeds = [Feed(f"f{n}", f"http://h{n}.example:{port}/{n}", f"{n}") for n in range(COMPARED)]
    states: dict[str, FeedState] = {}
    spent_on = {"loop": 0.0, "first": 0.0, "again": 0.0}
    items = 0

    async def ours(some: Sequence[Feed]) -> None:
        async for answers in news.poll(due(some, states, now), now):
            for a in answers:
                states[a.state.feed] = FeedState(a.state.feed, now, a.state.etag, last_success=now, url=a.state.url)

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(2):  # all parsing processes are started, those for new feeds and that for known ones
            await ours(feeds[:8])
            states |= {one: FeedState(one, now, last_success=now, url=state.url) for one, state in states.items()}
        states.clear()
        for start in range(0, COMPARED, CHUNK):
            some = feeds[start : start + CHUNK]
            urls = [f"http://127.0.0.1:{port}/{start + n}" for n in range(len(some))]
            began = time.monotonic()
            reading = threads.map(lambda url: len(feedparser.parse(url).entries), urls)
            items += sum(await asyncio.to_thread(list, reading))
            spent_on["loop"] += time.monotonic() - began
            for which in ("first", "again"):
                began = time.monotonic()
                await ours(some)
                spent_on[which] += time.monotonic() - began
    await news.close()
    rates = {which: COMPARED / seconds for which, seconds in spent_on.items()}
    OUT.print(f"feedparser.parse(url) in {THREADS} threads: {rates['loop']:.0f} feeds/s, {items} items")
    OUT.print(
        f"ours: {rates['first']:.0f} feeds/s at the first reading ({rates['first'] / rates['loop']:.2f} times), "
        f"{rates['again']:.0f} with nine in ten unchanged ({rates['again'] / rates['loop']:.1f} times)"
    )


def main() -> None:
    """Start the server, then measure."""
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve())
        return
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            asyncio.run(load(port, server.pid, minutes))
            asyncio.run(race(port))
        finally:
            server.kill()


if __name__ == "__main__":
    main()
