"""What comes of what people ask, from Slack or the terminal: mutes, acknowledgements, corrections, and who did it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from alerts.asking import AskingError, command, pressed
from alerts.blocks import MARKS, MENU
from alerts.types import Command, Delivery, Verb
from config.conditions import written
from config.types import Config, Threshold, Watched, Watchlist
from monitor.filling import fill
from monitor.obeying import Desk
from monitor.store.tx import Tx
from standins.outbox import Clock
from test_telling import CALENDARS, OPEN, config, desk, kinds, story, watchlist
from test_telling import Desk as Prices

__all__ = ["desk"]


@dataclass
class Room:
    """A store with a told story, and the desk that commands go to."""

    prices: Prices
    desk: Desk
    clock: Clock
    config: Config
    edits: list[tuple[str, str, Sequence[Threshold]]]

    async def ask(self, text: str, by: str = "@ana") -> str:
        """The answer to a slash command in #ai."""
        return (await self.desk.obey(command(text, by, "#ai"))).text

    async def press(self, verb: Verb, what: str = "", more: str = "", root: str = "") -> str:
        """The answer to a button under the story's message."""
        key = root or "#ai/2025-03-12/deal"
        return (await self.desk.obey(Command(verb, "@ana", what, more, "#ai", key))).text

    async def tell(self, minutes: float, **prices: float) -> list[Delivery]:
        """A price pass; the commands' clock goes along."""
        self.clock.now = OPEN + timedelta(minutes=minutes)
        return await self.prices.tell(self.config, minutes, **prices)


@pytest.fixture
async def room(desk: Prices) -> Room:
    """Nvidia was told under a story at 13:35."""
    clock, edits = Clock(OPEN), list[tuple[str, str, Sequence[Threshold]]]()

    def edit(of: Watchlist, watched: Watched, rows: Sequence[Threshold]) -> str:
        edits.append((of.name, watched.symbol, tuple(rows)))
        return "NVDA in one.yaml"

    def watch(of: Watchlist | None, symbol: str, row: Threshold | None) -> str:
        said = ", ".join(f"{key} {value}" for key, value in (written(row) if row else {}).items())
        return f"{symbol} {said or 'as the list'} on {of.name if of else 'a new list'}"

    async def why(store: object, settings: Config, what: str, now: object) -> str:
        return f"the ledger on {what}"

    settings = config(watchlist("NVDA", "AMD"))
    made = Room(desk, Desk(desk.store, lambda: settings, CALENDARS, clock, why, edit, watch), clock, settings, edits)
    await desk.know(replace(story("deal", "nvidia", OPEN - timedelta(hours=3)), parties={"nvidia": 1.0, "amd": 1.0}))
    (post,) = await made.tell(5, NVDA=95.0)
    assert "#ai/2025-03-12/deal" == post.key
    return made


async def test_a_muted_stock_is_silent_until_its_time_is_over(room: Room) -> None:
    """Its message says so at once; afterwards it is told as a first crossing."""
    assert "Muted: AMD until 12 Mar 14:35 UTC by @ana in #ai." == await room.ask("mute AMD 1h")
    assert "reply" not in kinds(await room.tell(10, AMD=40.0))
    held = await room.prices.store.transact(lambda tx: tx.held("#ai", OPEN.date()))
    assert ["it passes, but AMD is muted until 12 Mar 14:35 UTC by @ana"] == list(held)
    reply, *_ = await room.tell(66, AMD=40.0)
    assert "\nAMD crosses: -20.0 %" in reply.text


async def test_a_muted_story_is_redrawn_without_a_sound(room: Room) -> None:
    """Neither new stocks nor larger moves of it are told; the message itself goes on."""
    await room.press(Verb.MUTE, "story")
    drawn = await room.prices.store.transact(lambda tx: tx.drawing("#ai/2025-03-12/deal"))
    assert drawn
    assert "✓ its story is muted until somebody lifts it by @ana" in drawn.text
    assert ["update"] == kinds(await room.tell(10, NVDA=80.0, AMD=40.0))
    assert "its story can be heard again" in (await room.press(Verb.UNMUTE, "story")).replace("story deal", "its story")
    assert "reply" in kinds(await room.tell(12, NVDA=80.0, AMD=40.0))


async def test_an_acknowledged_message_says_by_whom_and_calls_no_more(room: Room) -> None:
    """A record in its thread is not sent to the channel again; the drawing before the next price pass shows it."""
    await room.tell(6, NVDA=80.0)
    await room.press(Verb.ACKNOWLEDGE)
    edit = (await room.prices.store.transact(Tx.unsettled))[-1].delivery
    assert "✓ acknowledged by @ana, 12 Mar 13:36 UTC" in edit.text
    assert [MARKS] == [b["block_id"] for b in edit.blocks if b.get("block_id") == MARKS]
    reply, update = await room.tell(10, AMD=90.0)
    assert "passes" in reply.text
    assert not reply.broadcast
    assert 1 == update.text.count("✓ acknowledged by @ana")


async def test_a_wrong_row_is_struck_in_place_and_stays_silent_today(room: Room) -> None:
    """Said so in the message, first by a line and then in its table; the stock is not told again today."""
    answer = await room.press(Verb.WRONG, "NVDA", "link")
    assert "NVDA is struck from the message and muted for today in #ai." == answer
    reply, update = await room.tell(10, NVDA=60.0, AMD=40.0)
    assert "NVDA" not in reply.text
    assert "corrected, does not count\nNVDA" in update.text
    assert "Corrected: NVDA: not linked to this story, says @ana" in update.text
    assert update.text.startswith("AMD -20.0 %")


async def test_a_base_that_was_wrong_is_corrected_in_place_and_said(room: Room) -> None:
    """The source puts the last close right: the row is struck, a reply says so, and a real fall is told afresh."""
    room.prices.edges.memory.stats.clear()
    history = room.prices.edges.memory.history("NVDA")
    assert history
    last = history.bars[-1]
    mended = replace(history, bars=(*history.bars[:-1], replace(last, close=95.5)), asked=OPEN + timedelta(minutes=6))
    room.prices.edges.memory.learn({"NVDA": mended})
    room.prices.edges.memory._histories["NVDA"] = mended
    reply, update = await room.tell(10, NVDA=95.0)
    said = (
        "Corrected: NVDA: bad price: the last close was taken for 100 USD, it was 95.5; the move is -0.5 %, not -5.0 %"
    )
    assert said in reply.text
    assert update.text.startswith("Corrected: what was told of NVDA was wrong")
    reply, update = await room.tell(12, NVDA=80.0)
    assert reply.text.startswith("NVDA crosses: -16.2 %")
    assert "Corrected" not in update.text


async def test_a_message_is_muted_where_it_stands_whatever_slack_calls_the_place(room: Room) -> None:
    """A private channel's name is not in what Slack sends: the message knows where it is. A list may name an id."""
    key = "#ai/2025-03-12/deal"
    pressed_there = Command(Verb.MUTE, "@ana", "NVDA", "1h", "#privategroup", key, "C0123ABCD")
    assert "in #ai." in (await room.desk.obey(pressed_there)).text
    elsewhere = Command(Verb.MUTE, "@ana", "AMD", "1h", "#random", place="C0123ABCD")
    assert (await room.desk.obey(elsewhere)).text.endswith("by @ana in every channel.")
    by_id = replace(room.config, watchlists=(watchlist("NVDA", channel="C0123ABCD"),))
    by_its_id = replace(room.desk, config=lambda: by_id)
    assert (await by_its_id.obey(elsewhere)).text.endswith("by @ana in C0123ABCD.")


async def test_every_entry_of_the_menu_is_answered(room: Room) -> None:
    """And kept, with who chose it and under which message."""
    answers = {
        "Why": "the ledger on NVDA",
        "Mute 1 hour": "Muted: NVDA until 12 Mar 14:35 UTC by @ana in #ai.",
        "Mute today": "Muted: NVDA until 13 Mar 00:00 UTC by @ana in #ai.",
        "Mute until I say": "Muted: NVDA until somebody lifts it by @ana in #ai.",
        "Less like this": "NVDA is told less from now on: NVDA in one.yaml",
        "Wrong: the price": "NVDA is struck from the message and muted for today in #ai.",
        "Wrong: not linked": "NVDA is struck from the message and muted for today in #ai.",
    }
    key = "#ai/2025-03-12/deal"
    chosen = {title: pressed(f"{verb}|NVDA|{more}", "@ana", "#ai", key) for title, verb, more in MENU}
    assert answers == {title: (await room.desk.obey(one)).text for title, one in chosen.items()}
    acts = await room.prices.store.transact(lambda tx: tx.acts(OPEN))
    assert list(chosen.values()) == [act for _, act in acts]


async def test_no_watchlist_is_guessed(room: Room) -> None:
    """One that has the stock comes first, the only one of a channel next; else the answer names them."""
    two = replace(watchlist("AMD"), name="Two")
    both = replace(room.config, watchlists=(watchlist("NVDA"), two, replace(two, name="Three", channel="#other")))
    asked = replace(room.desk, config=lambda: both)
    assert "AMD as the list on Two" == (await asked.obey(command("watch AMD", "@ana", "#ai"))).text
    assert "NVDA as the list on Three" == (await asked.obey(command("watch NVDA", "@ana", "#other"))).text
    for text in ("watch NVDB 3%", "watch AMD 3%"):
        channel = "#ai" if "NVDB" in text else "#random"
        with pytest.raises(
            AskingError, match=r"several watchlists could be meant: “\w+” in #\w+, “T\w+” in #\w+\. Ask"
        ):
            await asked.obey(command(text, "@ana", channel))
    await asked.obey(Command(Verb.LESS, "@ana", "AMD", "", "#other"))
    assert [("Three", "AMD", (Threshold(move=0.045),))] == room.edits


async def test_less_like_this_raises_the_rows_that_count(room: Room) -> None:
    """By half; the watchlist and the stock are the right ones."""
    assert "NVDA is told less from now on: NVDA in one.yaml" == await room.press(Verb.LESS, "NVDA")
    assert [("One", "NVDA", (Threshold(move=0.045),))] == room.edits


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("why nvidia", "the ledger on nvidia"),
        ("watch NVDA 3%", "NVDA move 3% on One"),
        ("watch nvidia 4.5 %", "NVDA move 4.5% on One"),
        ("watch NVDA 2.5 sigma $20B", "NVDA sigma 2.5, value_change $20B on One"),
        ("watch AMD", "AMD as the list on One"),
        ("mute event funding 1 week", "Muted: news of type funding until 19 Mar 13:35 UTC by @ana in #ai."),
        ("mute story deal 2h", "Muted: story deal until 12 Mar 15:35 UTC by @ana in #ai."),
        ("mute relation power", "Muted: the relation power until somebody lifts it by @ana in #ai."),
        ("mute NVDA today", "Muted: NVDA until 13 Mar 00:00 UTC by @ana in #ai."),
        ("unmute", "Nothing is muted."),
    ],
)
async def test_commands_are_answered_in_words(room: Room, text: str, answer: str) -> None:
    """Each in its own."""
    assert answer == await room.ask(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dance", "“dance” is nothing I know. I know:"),
        ("why", "Which stock? For example: `why NVDA`"),
        ("mute", "Which stock? For example: `mute NVDA 2h`"),
        ("mute NVDA 2 fortnights", "“2 fortnights” is no time span: write 30 min"),
        ("mute NVDA until tomorrow", "“until tomorrow” is no time span: write 30 min"),
        ("mute NVDA 99999h", "is no time span: write 30 min"),
        ("mute Nvidai", "is no company that is known here and listed"),
        ("mute story 2025-03-12-nothing", "“2025-03-12-nothing” is no story that is known here"),
        ("mute event party", "“party” is no event type. There are: model_release"),
        ("watch NVDA -3%", "-3%: write 3%"),
        ("watch NVDA 3", "3 of what? Write 3% if that is meant"),
        ("watch NVDA 3% 4%", "move is given twice"),
        ("unmute AMD", "AMD is not muted"),
    ],
)
async def test_what_cannot_be_understood_is_answered_with_what_to_write(room: Room, text: str, says: str) -> None:
    """Nothing is guessed, nothing is changed."""
    await room.ask("mute NVDA 1h")
    with pytest.raises(AskingError) as told:
        await room.ask(text)
    assert says in str(told.value)


async def test_unmute_alone_says_what_is_muted_and_all_lifts_it(room: Room) -> None:
    """And status shows it to whoever looks."""
    await room.ask("mute NVDA 1h")
    await room.ask("mute event funding", by="@bo")
    listed = await room.ask("unmute")
    assert "• NVDA until 12 Mar 14:35 UTC by @ana in #ai" in listed
    assert "Muted: news of type funding until somebody lifts it by @bo in #ai." in await room.ask("status")
    assert "can be heard again" in await room.ask("unmute all")
    assert "Nothing is muted." == await room.ask("unmute")


async def test_who_did_what_is_kept(room: Room) -> None:
    """In order, with the time; a question is no act, but why and less are."""
    await room.ask("mute NVDA 1h")
    await room.press(Verb.LESS, "NVDA")
    await room.ask("status")
    acts = await room.prices.store.transact(lambda tx: tx.acts(OPEN))
    assert [(Verb.MUTE, "@ana", "NVDA"), (Verb.LESS, "@ana", "NVDA")] == [(a.verb, a.by, a.what) for _, a in acts]


def test_the_menu_of_an_older_message_is_refused_in_words() -> None:
    """It may carry what this version does not know."""
    assert Command(Verb.MUTE, "@ana", "NVDA", "1h", "#ai", "r") == pressed("mute|NVDA|1h", "@ana", "#ai", "r")
    with pytest.raises(AskingError, match="another version"):
        pressed("explode|NVDA|", "@ana", "#ai", "r")


async def test_three_hundred_stocks_at_once_are_a_few_messages(desk: Prices) -> None:
    """A market that falls as a whole is gathered; each stock is told once and is in one of the tables."""
    from test_telling import LEVELS  # noqa: PLC0415  changed for this test only

    settings = many(300)
    symbols = [w.symbol for w in settings.watchlists[0].companies]
    LEVELS.update(dict.fromkeys(symbols, 100.0))
    try:
        await fill(desk.edges, settings, OPEN, lambda _done, _all: None)
        told = await desk.tell(settings, 5, **dict.fromkeys(symbols, 90.0))
    finally:
        for symbol in symbols:
            del LEVELS[symbol]
    assert ["post"] * 8 == kinds(told)
    assert sorted(symbols) == sorted(row.symbol for d in told for row in d.rows)
    assert all(symbol in d.text for d in told for symbol in (row.symbol for row in d.rows))


def many(number: int) -> Config:
    """So many companies on one list, none of them in any news."""
    one = config(watchlist("NVDA"))
    nvidia = one.companies["nvidia"]
    companies, watched = dict(one.companies), []
    for n in range(number):
        symbol = f"S{n:03d}"
        listing = replace(nvidia.instruments[0], symbol=symbol)
        companies[symbol.lower()] = replace(nvidia, id=symbol.lower(), name=f"Firm {n}", instruments=(listing,))
        watched.append(Watched(symbol.lower(), symbol))
    by_symbol = {c.instruments[0].symbol: c for c in companies.values()}
    listed = replace(one.watchlists[0], companies=tuple(watched))
    return replace(one, companies=companies, by_symbol=by_symbol, watchlists=(listed,))
