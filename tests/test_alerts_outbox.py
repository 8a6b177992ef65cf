"""What a channel gets while senders die, Slack falters and people mend things: each message once, in order."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from rich.console import Console as Terminal

from alerts.console import Console
from alerts.outbox import ACCEPTANCE_LAG, BLOCKED_RETRY, NEVER, Pace, Sent, send_due, wake
from alerts.slack import Slack
from alerts.types import Delivery, DeliveryKind, DeliveryState, OutboxRow
from standins.outbox import START, Clock, Doom, DoomedNotifier, DoomedOutbox, Killed, MemoryOutbox, delivery
from standins.slack import TOKEN, Fault, SlackServer

UPDATE, REPLY = DeliveryKind.UPDATE, DeliveryKind.REPLY


@pytest.fixture
def server() -> Iterator[SlackServer]:
    """A workspace with two channels."""
    with SlackServer("#ai", "#chips") as server:
        yield server


@pytest.fixture
async def slack(server: SlackServer) -> AsyncIterator[Slack]:
    """The notifier, connected to it."""
    slack = Slack(TOKEN, server.url, timeout=5)
    yield slack
    await slack.close()


def story() -> list[Delivery]:
    """A root, a reply, an edit and another reply."""
    return [delivery("root"), delivery("one", REPLY), delivery("edit", UPDATE, text="newer"), delivery("two", REPLY)]


async def drain(store: MemoryOutbox, slack: Slack, clock: Clock, passes: int = 60) -> list[Sent]:
    """Passes a second apart."""
    done = []
    for _ in range(passes):
        done.append(await send_due(store, slack, clock(), clock=clock, pace=Pace()))
        clock.move(seconds=1.1)
    return done


async def test_a_root_comes_first_and_replies_land_in_its_thread(server: SlackServer, slack: Slack) -> None:
    """Everything that is due goes out in order, the edit redraws the root."""
    store = MemoryOutbox()
    store.put(*story())
    sent = await send_due(store, slack, START)
    assert ["root", "one", "edit", "two"] == [row.delivery.key for row in sent.settled]
    (root,) = server["#ai"].roots
    assert ["one", "two"] == [m.key for m in server["#ai"].replies(root.ts)]
    assert ("newer", 1) == (root.text, root.edits)


async def test_a_channel_gets_at_most_one_message_a_second(server: SlackServer, slack: Slack) -> None:
    """Three alerts at once take three seconds; another channel does not wait for them."""
    store, clock, pace = MemoryOutbox(), Clock(), Pace()
    store.put(*[delivery(f"r{n}", root=f"r{n}") for n in range(3)], delivery("other", root="other", channel="#chips"))
    counts = []
    for _ in range(5):
        await send_due(store, slack, clock(), clock=clock, pace=pace)
        counts.append((len(server["#ai"].messages), len(server["#chips"].messages)))
        clock.move(seconds=0.5)
    assert [(1, 1), (1, 1), (2, 1), (2, 1), (3, 1)] == counts


async def test_three_hundred_messages_at_once_all_arrive_at_a_message_a_second(
    server: SlackServer, slack: Slack
) -> None:
    """None is lost or doubled, in whatever pace the passes come; five minutes later the last one is there."""
    store, clock, pace = MemoryOutbox(), Clock(), Pace()
    keys = [f"r{n}" for n in range(300)]
    store.put(*[delivery(key, root=key) for key in keys])
    accepted: list[datetime] = []
    while await store.unsettled():
        sent = await send_due(store, slack, clock(), clock=clock, pace=pace)
        accepted += [clock()] * len(sent.settled)
        clock.move(seconds=0.3)
    assert keys == server["#ai"].keys()
    assert min(later - earlier for earlier, later in pairwise(accepted)) >= timedelta(seconds=1)
    assert accepted[-1] - accepted[0] < timedelta(seconds=300 * 1.3)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_sender_killed_at_any_step_loses_and_doubles_nothing(server: SlackServer, *, after: bool) -> None:
    """Died before or after each step of a pass, the next process leaves the channel as an undisturbed one does."""
    for step in range(1, 100):
        channel = f"#run{step}"
        server.add(channel)
        store, clock, doom = MemoryOutbox(), Clock(), Doom(step, after)
        store.put(*[delivery(f"{d.key}{step}", d.kind, f"root{step}", channel=channel, text=d.text) for d in story()])
        first = Slack(TOKEN, server.url)
        try:
            await send_due(DoomedOutbox(store, doom), DoomedNotifier(first, doom), START)
            break
        except Killed:
            pass
        finally:
            await first.close()
        second = Slack(TOKEN, server.url)
        clock.move(seconds=ACCEPTANCE_LAG.total_seconds() + 1)
        await drain(store, second, clock, passes=6)
        await second.close()
        assert [f"root{step}", f"one{step}", f"two{step}"] == server[channel].keys(), f"died at step {step}"
        assert ["newer"] == [m.text for m in server[channel].roots]
    assert step > 15


async def test_an_answer_that_is_lost_after_acceptance_is_looked_up(server: SlackServer, slack: Slack) -> None:
    """Accepted, then reset: nothing is sent again, and the replies find their thread."""
    store, clock = MemoryOutbox(), Clock()
    store.put(*story())
    server.faults.append(Fault(reset=True, accept=True))
    first = await send_due(store, slack, clock(), clock=clock)
    assert "broke before its answer" in dict(first.troubles)["#ai"]
    clock.move(seconds=ACCEPTANCE_LAG.total_seconds() - 1)
    assert () == (await send_due(store, slack, clock(), clock=clock)).settled
    clock.move(seconds=1)
    last = await send_due(store, slack, clock(), clock=clock)
    assert ["root", "one", "two"] == server["#ai"].keys()
    assert ("#ai",) == last.mended
    assert 3 == server.count("chat.postMessage")


async def test_what_a_crash_left_waits_from_its_mark(server: SlackServer, slack: Slack) -> None:
    """Slack may still be accepting what the dead process sent: nothing is looked up before the lag is over."""
    store, clock = MemoryOutbox(), Clock()
    await store.save(OutboxRow(delivery("root"), DeliveryState.SENDING, START, attempts=1, marked=START))
    await send_due(store, slack, clock.move(seconds=29), clock=clock)
    assert 0 == len(server.calls)
    await send_due(store, slack, clock.move(seconds=1), clock=clock)
    assert ["root"] == server["#ai"].keys()


class Slow(Slack):
    """Slack behind a network that takes ten seconds to fail."""

    clock: Clock

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """Fail late."""
        self.clock.move(seconds=10)
        return await super().post(delivery, thread)


async def test_the_lag_counts_from_the_end_of_a_slow_call(server: SlackServer) -> None:
    """The request may have reached Slack at any time until then."""
    store, clock, slow = MemoryOutbox(), Clock(), Slow(TOKEN, server.url)
    slow.clock = clock
    store.put(delivery("root"))
    server.faults.append(Fault(reset=True))
    await send_due(store, slow, clock(), clock=clock)
    await send_due(store, slow, clock.move(seconds=29), clock=clock)
    assert 0 == server.count("conversations.history")
    await send_due(store, slow, clock.move(seconds=1), clock=clock)
    await slow.close()
    assert (1, ["root"]) == (server.count("conversations.history"), server["#ai"].keys())


async def test_a_reply_that_was_accepted_is_found_in_its_thread(server: SlackServer, slack: Slack) -> None:
    """The channel's history does not show replies; the thread does."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"))
    await send_due(store, slack, clock(), clock=clock)
    store.put(delivery("one", REPLY))
    server.faults.append(Fault(reset=True, accept=True))
    await drain(store, slack, clock)
    assert ["root", "one"] == server["#ai"].keys()
    assert 1 == server.count("conversations.replies")


async def test_a_message_that_slack_accepts_late_is_not_doubled(server: SlackServer) -> None:
    """A timeout, then acceptance within the lag: the look-up finds it."""
    slack = Slack(TOKEN, server.url, timeout=0.2)
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"))
    server.faults.append(Fault(hang=True, late=True))
    first = await send_due(store, slack, clock(), clock=clock)
    assert (("#ai", "Slack did not answer within 0.2 s"),) == first.troubles
    server.release()
    await drain(store, slack, clock)
    await slack.close()
    assert ["root"] == server["#ai"].keys()


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(reset=True), Fault(error="internal_error")], ids=str)
async def test_a_message_that_was_not_accepted_is_sent_again_once(
    server: SlackServer, slack: Slack, fault: Fault
) -> None:
    """An unclear answer that was a no costs the lag, not the message."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"))
    server.faults.append(fault)
    await send_due(store, slack, clock(), clock=clock)
    assert [] == server["#ai"].keys()
    await drain(store, slack, clock)
    assert ["root"] == server["#ai"].keys()


async def test_a_message_in_doubt_holds_its_own_root_only(server: SlackServer, slack: Slack) -> None:
    """Another story in the channel is told at once, the doubtful one's replies wait."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"), delivery("one", REPLY), delivery("other", root="other"))
    server.faults.append(Fault(status=500))
    await send_due(store, slack, clock(), clock=clock)
    assert ["other"] == server["#ai"].keys()


async def test_slack_out_of_reach_is_told_and_delivered_to_when_it_is_back() -> None:
    """A refused connection is no doubt: it is tried again within seconds, in order, and the end of it is told."""
    store, clock = MemoryOutbox(), Clock()
    store.put(*story())
    with SlackServer("#ai") as server:
        url = server.url
    slack = Slack(TOKEN, url)
    first = await send_due(store, slack, clock(), clock=clock)
    assert "cannot reach Slack" in dict(first.troubles)["#ai"]
    await slack.close()
    assert {"root": "pending", "one": "pending", "edit": "pending", "two": "pending"} == store.states()
    with SlackServer("#ai") as server:
        slack = Slack(TOKEN, server.url)
        done = await drain(store, slack, clock, passes=6)
        assert ["root", "one", "two"] == server["#ai"].keys()
        assert ["#ai"] == [channel for sent in done for channel in sent.mended]
        await slack.close()


async def test_slack_asking_for_time_gets_it(server: SlackServer, slack: Slack) -> None:
    """429 with Retry-After silences the channel that long; ok: false ratelimited for a short while."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"), delivery("other", root="other"))
    server.faults += [Fault(status=429, retry_after=20), Fault(error="ratelimited")]
    await send_due(store, slack, clock(), clock=clock)
    assert 1 == server.count("chat.postMessage")
    clock.move(seconds=19)
    await send_due(store, slack, clock(), clock=clock)
    assert 1 == server.count("chat.postMessage")
    clock.move(seconds=1)
    await send_due(store, slack, clock(), clock=clock)
    assert (2, []) == (server.count("chat.postMessage"), server["#ai"].keys())
    await drain(store, slack, clock, passes=8)
    assert ["root", "other"] == server["#ai"].keys()
    assert 0 == server.count("conversations.history"), "a clear no needs no look"


async def test_a_refused_token_is_told_in_words_and_nothing_is_lost(server: SlackServer, slack: Slack) -> None:
    """One call in ten minutes, not one a message; once mended everything goes out in order."""
    store, clock = MemoryOutbox(), Clock()
    store.put(*story())
    server.token = "xoxb-new"  # noqa: S105  opens nothing but the stand-in
    first = await send_due(store, slack, clock(), clock=clock)
    assert "Slack refuses the token: reinstall the app" in dict(first.troubles)["#ai"]
    await drain(store, slack, clock, passes=100)
    assert 1 == server.count("chat.postMessage")
    assert "blocked" == store.rows["root"].state
    server.token = TOKEN
    clock.move(seconds=BLOCKED_RETRY.total_seconds())
    assert ("#ai",) == (await send_due(store, slack, clock(), clock=clock)).mended
    assert ["root", "one", "two"] == server["#ai"].keys()


async def test_a_restart_with_a_new_token_does_not_wait(server: SlackServer, slack: Slack) -> None:
    """What was refused or out of reach is tried at once; what is in doubt or refused for good is left alone."""
    store, clock = MemoryOutbox(), Clock()
    later = START + timedelta(minutes=5)
    store.put(delivery("root"), delivery("scheduled", root="scheduled"))
    await store.save(OutboxRow(delivery("root"), DeliveryState.BLOCKED, later, 1, error="refused"))
    for key, state, due in (("doubt", DeliveryState.SENDING, later), ("never", DeliveryState.BLOCKED, NEVER)):
        await store.save(OutboxRow(delivery(key, root=key), state, due, 1, marked=START, error="broke"))
    await store.save(OutboxRow(delivery("scheduled", root="scheduled"), DeliveryState.PENDING, later))
    await wake(store, clock())
    await send_due(store, slack, clock(), clock=clock)
    assert {"root": "sent", "scheduled": "pending", "doubt": "sending", "never": "blocked"} == store.states()


async def test_a_channel_without_the_app_does_not_stop_another(server: SlackServer, slack: Slack) -> None:
    """The one says whom to invite, the other gets its message."""
    store = MemoryOutbox()
    server["#ai"].member = False
    store.put(delivery("root"), delivery("other", root="other", channel="#chips"))
    sent = await send_due(store, slack, START)
    assert (("#ai", "Aftershock is not in #ai: invite the app there: /invite @Aftershock"),) == sent.troubles
    assert ["other"] == server["#chips"].keys()


async def test_a_message_refused_for_what_it_says_does_not_silence_its_channel(
    server: SlackServer, slack: Slack
) -> None:
    """It is set aside for good and shown, the next one goes out."""
    store = MemoryOutbox()
    store.put(delivery("root"), delivery("one", REPLY), delivery("other", root="other"))
    server.faults.append(Fault(error="msg_too_long"))
    await send_due(store, slack, START)
    assert {"root": "blocked", "one": "pending", "other": "sent"} == store.states()
    assert NEVER == store.rows["root"].due


async def test_a_message_that_is_refused_again_and_again_lets_the_others_pass(
    server: SlackServer, slack: Slack
) -> None:
    """With a code that nobody knows the channel waits for one more try only."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"), delivery("other", root="other"))
    server.faults += [Fault(error="strange_refusal"), Fault(error="strange_refusal")]
    await send_due(store, slack, clock(), clock=clock)
    assert [] == server["#ai"].keys()
    clock.move(seconds=BLOCKED_RETRY.total_seconds())
    await send_due(store, slack, clock(), clock=clock)
    assert ["other"] == server["#ai"].keys()


async def test_only_the_newest_edit_is_sent_and_no_later_than_the_first_was_due(
    server: SlackServer, slack: Slack
) -> None:
    """A root that changes faster than it may be redrawn is redrawn all the same."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"))
    await send_due(store, slack, clock(), clock=clock)
    for number in range(3):
        store.put(
            delivery(f"edit{number}", UPDATE, text=f"text {number}"), due=START + timedelta(seconds=60 + 20 * number)
        )
        await send_due(store, slack, clock(), clock=clock)
    clock.move(seconds=60)
    await send_due(store, slack, clock(), clock=clock)
    assert ("text 2", 1) == (server["#ai"].roots[0].text, server["#ai"].roots[0].edits)
    assert {"root": "sent", "edit0": "superseded", "edit1": "superseded", "edit2": "sent"} == store.states()


async def test_an_edit_that_waits_for_its_time_does_not_hold_a_reply(server: SlackServer, slack: Slack) -> None:
    """A redraw is at most once a minute, a crossing is told now."""
    store = MemoryOutbox()
    store.put(delivery("root"))
    store.put(delivery("edit", UPDATE), due=START + timedelta(minutes=1))
    store.put(delivery("one", REPLY))
    await send_due(store, slack, START)
    assert ["root", "one"] == server["#ai"].keys()


async def test_a_newer_edit_waits_as_long_as_the_failed_one_it_replaces(server: SlackServer, slack: Slack) -> None:
    """Retry-After holds for the channel, whatever is to be sent."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"))
    await send_due(store, slack, clock(), clock=clock)
    store.put(delivery("edit0", UPDATE))
    server.faults.append(Fault("chat.update", status=429, retry_after=30))
    await send_due(store, slack, clock(), clock=clock)
    store.put(delivery("edit1", UPDATE, text="newest"))
    clock.move(seconds=29)
    await send_due(store, slack, clock(), clock=clock)
    assert 1 == server.count("chat.update")
    clock.move(seconds=1)
    sent = await send_due(store, slack, clock(), clock=clock)
    assert ("newest", ("#ai",)) == (server["#ai"].roots[0].text, sent.mended)


@pytest.mark.parametrize("code", ["message_not_found", "edit_window_closed", "cant_update_message"])
async def test_a_root_that_can_be_redrawn_no_more_is_posted_anew(server: SlackServer, slack: Slack, code: str) -> None:
    """Somebody deleted it, or the workspace closed it: the edit becomes the root, with its thread and later edits."""
    store = MemoryOutbox()
    store.put(delivery("root"))
    await send_due(store, slack, START)
    if code == "message_not_found":
        server["#ai"].messages.clear()
    else:
        server.faults.append(Fault("chat.update", error=code))
    store.put(delivery("edit", UPDATE, text="again"), delivery("one", REPLY))
    await send_due(store, slack, START)
    store.put(delivery("later", UPDATE, text="newest"))
    await send_due(store, slack, START + timedelta(minutes=1))
    root = server["#ai"].roots[-1]
    assert ("newest", 1, ["one"]) == (root.text, root.edits, [m.key for m in server["#ai"].replies(root.ts)])
    assert {"sent"} == set(store.states().values())
    assert (3, 2) == (server.count("chat.postMessage"), server.count("chat.update"))


async def test_a_reply_without_a_root_is_set_aside(server: SlackServer, slack: Slack) -> None:
    """It is nowhere to be put, and says so."""
    store = MemoryOutbox()
    store.put(delivery("one", REPLY))
    sent = await send_due(store, slack, START)
    assert (("#ai", "its root message was never delivered"),) == sent.troubles
    assert 0 == server.count("chat.postMessage")


async def test_a_look_up_that_slack_refuses_leaves_the_message_in_doubt(server: SlackServer, slack: Slack) -> None:
    """Without the right to read, nothing is sent on a guess; when the right is there, the message is found."""
    store, clock = MemoryOutbox(), Clock()
    store.put(delivery("root"))
    server.faults += [
        Fault(reset=True, accept=True),
        Fault("conversations.history", status=500),
        Fault("conversations.history", error="missing_scope"),
    ]
    await drain(store, slack, clock, passes=40)
    row = store.rows["root"]
    assert ("blocked", True) == (row.state, "lacks the scope" in row.error)
    clock.move(seconds=BLOCKED_RETRY.total_seconds())
    await send_due(store, slack, clock(), clock=clock)
    assert (["root"], 1) == (server["#ai"].keys(), server.count("chat.postMessage"))


class Broken(Slack):
    """A notifier with a fault in its code."""

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """Post, then fail in a way that nobody foresaw."""
        await super().post(delivery, thread)
        raise KeyError("ts")


async def test_a_fault_in_a_notifier_is_told_and_doubles_nothing(server: SlackServer) -> None:
    """What it did before is unknown: it is looked up like any unclear answer."""
    store, clock, broken = MemoryOutbox(), Clock(), Broken(TOKEN, server.url)
    store.put(delivery("root"))
    first = await send_due(store, broken, clock(), clock=clock)
    assert (("#ai", "unexpected fault while sending: KeyError('ts')"),) == first.troubles
    await drain(store, broken, clock)
    await broken.close()
    assert (["root"], "sent") == (server["#ai"].keys(), store.rows["root"].state)


async def test_a_notifier_that_cannot_be_looked_up_tells_again_after_a_crash() -> None:
    """Better twice than never: a console has no history."""
    store, clock, out = MemoryOutbox(), Clock(), StringIO()
    marked = OutboxRow(delivery("root"), DeliveryState.SENDING, START, attempts=1, marked=START)
    await store.save(marked)
    console = Console(Terminal(file=out, width=100))
    await send_due(store, console, clock.move(seconds=31), clock=clock)
    assert (1, "sent") == (out.getvalue().count("text of root"), store.rows["root"].state)


async def test_after_an_outage_the_root_comes_without_its_old_replies() -> None:
    """Its newest drawing says what they would have; a digest of days ago is not sent, a fresh reply is."""
    store, clock, out = MemoryOutbox(), Clock(), StringIO()
    late = clock.move(seconds=26 * 3600)
    rows = [
        delivery("root"),
        delivery("old", REPLY),
        delivery("digest", DeliveryKind.DIGEST, root="digest"),
        replace(delivery("new", REPLY), at=late),
    ]
    for row in rows:
        await store.save(OutboxRow(row, DeliveryState.PENDING, row.at))
    await send_due(store, Console(Terminal(file=out, width=100)), late, clock=clock)
    states = {key: row.state.value for key, row in store.rows.items()}
    assert {"root": "sent", "old": "superseded", "digest": "superseded", "new": "sent"} == states


def test_a_clock_that_is_set_back_does_not_silence_a_channel() -> None:
    """The pace is a second, not the hours that a clock was wrong by."""
    pace = Pace(last={"#ai": START})
    busy = [pace.busy(at) for at in (START + timedelta(seconds=0.5), START + timedelta(seconds=1), before(START))]
    assert [{"#ai"}, set(), set()] == busy


def before(at: datetime) -> datetime:
    """An hour before."""
    return at - timedelta(hours=1)
