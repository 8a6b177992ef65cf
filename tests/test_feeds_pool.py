"""The process that reads strangers' bytes: killed when it hangs, replaced when it dies, gone when it is closed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from monitor.feeds.pool import Worker, WorkerError, Workers


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[Worker]:
    """A worker that gives work half a second."""
    one = Worker(deadline=0.5)
    yield one
    await one.close()


def is_alive(pid: int) -> bool:
    """Whether there is such a process (none of another user's could be meant)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_work_is_done_in_another_process_and_its_errors_come_back(worker: Worker) -> None:
    """Results and exceptions cross over."""
    assert os.getpid() != await worker.run(os.getpid)
    assert 3 == await worker.run(len, b"abc")
    with pytest.raises(ValueError, match="invalid literal"):
        await worker.run(int, "x")


async def test_work_that_hangs_is_killed_at_the_deadline(worker: Worker) -> None:
    """And what waited for its turn meanwhile is done by a new process, with a deadline of its own."""
    pid = await worker.run(os.getpid)
    hung = asyncio.create_task(worker.run(signal.pause))
    waiting = asyncio.create_task(worker.run(os.getpid))
    with pytest.raises(WorkerError, match=r"^parsing took longer than 0\.5 s$"):
        await hung
    assert pid != await waiting
    assert not is_alive(pid)


async def test_work_that_kills_its_process_is_told_and_the_next_is_done(worker: Worker) -> None:
    """A crash of the parser is that work's own trouble."""
    with pytest.raises(WorkerError, match=r"^the parsing process died on it$"):
        await worker.run(os._exit, 3)
    assert 3 == await worker.run(len, b"abc")


async def test_a_process_that_was_killed_between_two_pieces_of_work_is_replaced(worker: Worker) -> None:
    """When the system runs out of memory it kills whom it likes; no work is lost by it."""
    os.kill(await worker.run(os.getpid), signal.SIGKILL)
    assert 3 == await worker.run(len, b"abc")


async def test_closing_kills_what_is_being_done_and_refuses_what_comes_later(worker: Worker) -> None:
    """No process outlives it, and nobody waits for an answer that will not come."""
    patient = Worker(deadline=60)
    pid = await patient.run(os.getpid)
    running = asyncio.create_task(patient.run(signal.pause))
    waiting = asyncio.create_task(patient.run(len, b""))
    await asyncio.sleep(0)
    await patient.close()
    for task in (running, waiting):
        with pytest.raises(WorkerError, match=r"^the parsing process was stopped$"):
            await task
    with pytest.raises(WorkerError, match=r"^the parsing process was stopped$"):
        await patient.run(len, b"")
    assert not is_alive(pid)


async def test_a_poll_that_is_cancelled_stops_its_work(worker: Worker) -> None:
    """The worker is free again for the next one."""
    patient = Worker(deadline=60)
    try:
        running = asyncio.create_task(patient.run(signal.pause))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert 3 == await patient.run(len, b"abc")
    finally:
        await patient.close()


async def test_while_one_worker_is_busy_another_works() -> None:
    """What takes long delays nothing as long as there is a second process."""
    workers = Workers(2, deadline=60)
    busy = asyncio.create_task(workers.run(signal.pause))
    try:
        assert [3, 3] == [await workers.run(len, b"abc") for _ in range(2)]
        assert not busy.done()
    finally:
        await workers.close()
        await asyncio.gather(busy, return_exceptions=True)


async def test_of_what_waits_for_a_worker_small_work_goes_first() -> None:
    """Of two alike the elder; what nobody waits for any longer costs no turn."""
    workers = Workers(1, deadline=0.5)
    done: list[int] = []

    async def work(size: int) -> None:
        await workers.run(len, b"abc", size=size)
        done.append(size)

    try:
        hung = asyncio.create_task(workers.run(signal.pause))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(work(size)) for size in (9, 5, 7, 1)]
        await asyncio.sleep(0)
        waiting[2].cancel()
        with pytest.raises(WorkerError, match="longer than"):
            await hung
        await asyncio.gather(*waiting, return_exceptions=True)
    finally:
        await workers.close()
    assert [1, 5, 9] == done


async def test_a_turn_that_comes_to_one_that_has_just_gone_is_passed_on() -> None:
    """A poll that is broken off in the moment it was given its worker takes none with it."""
    workers = Workers(1, deadline=5)
    try:
        worker = await workers._take(0)
        gone = asyncio.create_task(workers.run(len, b""))
        await asyncio.sleep(0)
        workers._give(worker)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        assert 3 == await asyncio.wait_for(workers.run(len, b"abc"), 20)
    finally:
        await workers.close()
