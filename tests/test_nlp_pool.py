"""Workers: order, deadlines, deaths, new rules, and silence on Ctrl-C."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.types import EventLexicon, EventRule, EventType
from nlp.pool import Inline, NotSetUpError, Pool
from nlp.types import Analysis, Text
from standins.firms import FIRMS
from standins.reader import pipeline, shipped
from standins.readers import Odd, Unbuildable

COMPANIES = {firm.id: firm for firm in FIRMS}
LEXICON = EventLexicon()


def found(analysis: Analysis | None) -> tuple[str, ...]:
    """The companies of an analysis that must be there."""
    assert analysis is not None
    return analysis.companies


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    """Two workers with a short deadline and quick readers."""
    made = Pool(COMPANIES, LEXICON, workers=2, deadline=1.0, build=Odd)
    yield made
    await made.close()


async def test_analyses_come_in_the_order_of_the_texts(pool: Pool) -> None:
    """Whichever worker is done first, each text gets its own answer."""
    texts = [Text(firm.id) for firm in FIRMS if firm.id != "siemens-energy"]
    assert [(text.title,) for text in texts] == [found(a)[-1:] for a in await pool.analyze(texts)]
    assert [] == await pool.analyze([])


async def test_a_text_that_hangs_costs_itself_alone(pool: Pool, caplog: pytest.LogCaptureFixture) -> None:
    """At its deadline the worker is killed and replaced; the log says which text was left out and why."""
    with caplog.at_level(logging.WARNING):
        first, hung, last = await pool.analyze([Text("nvidia"), Text("hang here"), Text("apple")])
    assert (("nvidia",), None, ("apple",)) == (found(first), hung, found(last))
    assert "it took longer than 1 s: hang here" in caplog.text
    assert ("amd",) == found((await pool.analyze([Text("amd")]))[0])


async def test_a_worker_that_grows_is_replaced_and_no_text_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    """It gives its answer first; the next text is read by another process."""
    pool = Pool(COMPANIES, LEXICON, deadline=20.0, build=Odd, most=400_000_000)
    try:
        with caplog.at_level(logging.WARNING):
            titles = ["nvidia", "apple grow", "amd", "nvidia grow", "apple", "amd"]
            answers = [a for a in await pool.analyze([Text(title) for title in titles]) if a]
    finally:
        await pool.close()
    assert [(title.split()[0],) for title in titles] == [a.companies for a in answers]
    first, second, third, *_ = (a.mentions[0].text for a in answers)
    assert first == second != third
    assert 3 == len({a.mentions[0].text for a in answers})
    assert "" == caplog.text


async def test_many_texts_wait_outside_the_workers(pool: Pool) -> None:
    """More than the queue holds, each answered in its place."""
    texts = [Text("nvidia" if n % 2 else "apple", str(n)) for n in range(150)]
    assert [("nvidia",) if n % 2 else ("apple",) for n in range(150)] == [found(a) for a in await pool.analyze(texts)]


async def test_a_text_that_kills_its_worker_costs_itself_alone(pool: Pool, caplog: pytest.LogCaptureFixture) -> None:
    """A crash in a library is survived, and told with its exit code."""
    with caplog.at_level(logging.WARNING):
        answers = await pool.analyze([Text("die"), Text("nvidia"), Text("die again"), Text("apple")])
    assert [None, ("nvidia",), None, ("apple",)] == [a and a.companies for a in answers]
    assert "its worker died (exit code 7): die again" in caplog.text


async def test_a_text_that_cannot_be_analysed_is_left_out(pool: Pool, caplog: pytest.LogCaptureFixture) -> None:
    """An error in one analysis is told in the log and hides no other text."""
    with caplog.at_level(logging.WARNING):
        failed, fine = await pool.analyze([Text("fail"), Text("nvidia")])
    assert (None, ("nvidia",)) == (failed, found(fine))
    assert "ValueError: as asked" in caplog.text


async def test_a_worker_killed_while_idle_is_replaced(pool: Pool) -> None:
    """The system may kill a worker between two passes; the next pass doesn't notice."""
    for _ in range(2):
        answer = (await pool.analyze([Text("nvidia")]))[0]
        assert ("nvidia",) == found(answer)
        assert answer is not None
        os.kill(int(answer.mentions[0].text), signal.SIGKILL)
    assert ("nvidia",) == found((await pool.analyze([Text("nvidia")]))[0])


async def test_a_changed_registry_is_taken_by_new_workers(pool: Pool) -> None:
    """After a reload every text is read with the new companies and rules."""
    before = (await pool.analyze([Text("nvidia apple")]))[0]
    assert ("nvidia", "apple") == found(before)
    rules = (EventRule(EventType.RESEARCH, "one"),)
    await pool.reload({"apple": COMPANIES["apple"]}, EventLexicon(rules))
    after = (await pool.analyze([Text("nvidia apple")]))[0]
    assert ("apple",) == found(after)
    assert after is not None
    assert 1 == after.mentions[0].start


async def test_workers_that_cannot_be_set_up_say_why() -> None:
    """A missing model is one clear error for the person who can install it, not a silent nothing."""
    pool = Pool(COMPANIES, LEXICON, build=Unbuildable)
    try:
        with pytest.raises(NotSetUpError, match="no English model is installed"):
            await pool.analyze([Text("nvidia"), Text("apple")])
    finally:
        await pool.close()


async def test_closing_a_pool_that_never_started_is_fine() -> None:
    """A daemon that stops before its first text has nothing to stop here."""
    pool = Pool(COMPANIES, LEXICON, build=Odd)
    await pool.close()
    await pool.close()
    await pool.reload({}, LEXICON)


async def test_closing_ends_what_is_under_way() -> None:
    """A daemon that is told to stop doesn't wait for a text that hangs."""
    pool = Pool(COMPANIES, LEXICON, build=Odd)
    await pool.analyze([Text("nvidia")])
    under_way = asyncio.create_task(pool.analyze([Text("hang"), Text("hang")]))
    await asyncio.sleep(0)
    await pool.close()
    assert [None, None] == await asyncio.wait_for(under_way, 30)


async def test_the_number_of_workers_changes_nothing() -> None:
    """One worker, two, and none give the same analyses of the same news."""
    texts = [
        Text("DeepSeek releases R1, an open-weights reasoning model", "Its app tops the App Store."),
        Text("Nvidia shares plunge as DeepSeek shakes faith in AI spending", symbols=("NVDA",)),
        Text("Meta plans $65bn of AI spending"),
        Text("x" * 1_000_000, "Nvidia " * 100_000),
        Text(""),
    ]
    inline = await Inline(pipeline()).analyze(texts)
    assert (EventType.MODEL_RELEASE, EventType.MARKET_MOVE, EventType.CAPEX) == tuple(
        a.events[0].type for a in inline[:3] if a is not None
    )
    for workers in (1, 2):
        pool = Pool(shipped().companies, shipped().lexicon, workers=workers)
        try:
            assert inline == await pool.analyze(texts)
        finally:
            await pool.close()


async def test_inline_leaves_out_what_cannot_be_analysed(caplog: pytest.LogCaptureFixture) -> None:
    """The replay and the daemon treat a failing text alike, and a reload reaches both."""
    inline = Inline(Odd(COMPANIES, LEXICON))
    failed, fine = await inline.analyze([Text("fail"), Text("nvidia")])
    assert (None, ("nvidia",)) == (failed, found(fine))
    assert "left out, because its analysis failed: fail" in caplog.text
    await inline.reload({"apple": COMPANIES["apple"]}, LEXICON)
    assert ("apple",) == found((await inline.analyze([Text("nvidia apple")]))[0])
    await inline.close()


CTRL_C = """
import asyncio, sys
from standins.readers import Odd
from config.types import EventLexicon
from nlp.pool import Pool
from nlp.types import Text

async def main():
    pool = Pool({}, EventLexicon(), workers=2, build=Odd)
    print("starting", flush=True)
    await pool.analyze([Text("one"), Text("two")])
    print("ready", flush=True)
    try:
        await pool.analyze([Text("hang"), Text("hang")])
    finally:
        await pool.close()

if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.mark.parametrize("moment", ["starting", "ready"])
def test_ctrl_c_spills_no_tracebacks(tmp_path: Path, moment: str) -> None:
    """The terminal sends Ctrl-C to the workers as well, at work or still importing: they leave it to the daemon."""
    script = tmp_path / "daemon.py"
    script.write_text(CTRL_C, encoding="utf-8")
    root = Path(__file__).parent.parent
    path = os.pathsep.join([str(root), str(root / "tests")])
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == moment:
            break
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert ("stopped", "") == (out.splitlines()[-1], err)
