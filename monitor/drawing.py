"""Root messages brought up to date: new rows, moved rows, records, news and corrections, and the replies to them.

The drawing half of a price pass, after the decisions and inside the same transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from alerts.joins import is_parted
from alerts.message import corrections
from alerts.message import reply as reply_message
from alerts.message import root as root_message
from alerts.mutes import active
from alerts.mutes import words as mute_words
from alerts.severity import ORDER, of_rows, tier, worst
from alerts.types import Decision, Delivery, DeliveryKind, Mute, MuteKind, PriceState, RootView, Row, StoryNote, Verdict
from alerts.words import day as day_words
from monitor.market.records import Record, records_of
from monitor.market.snapshot import beside_lines
from monitor.rows import in_one, joining, linked, moved, row_of, stamp, storms
from monitor.types import Root

if TYPE_CHECKING:
    from monitor.telling import Telling

REDRAW = timedelta(minutes=1)
"""A root is drawn again at most this often, but always at a close."""
SOURCES = 30
"""Articles of a story that are read for its message."""
_ANY_TIME = datetime.min.replace(tzinfo=UTC)


class Drawing:
    """The root messages of one pass."""

    def __init__(self, telling: "Telling") -> None:
        """Nothing is drawn yet."""
        self._telling = telling
        self._tx = telling.tx
        self._config = telling.config
        self._snapshot = telling.snapshot
        self._now = telling.now
        self._roots = telling.roots
        self._mutes = telling.mutes

    def draw(self, decisions: Sequence[Decision]) -> None:
        """Bring every root message of a current session up to date: new rows, moved rows, records, replies."""
        alerts: dict[str, list[Decision]] = {}
        for decision in self._gathered(decisions):
            if decision.told:
                alerts.setdefault(decision.told.root, []).append(decision)
        for key, (first, *others) in alerts.items():
            if key not in self._roots:
                stories = {d.candidate.tie.story.id if d.candidate.tie else None for d in (first, *others)}
                story = stories.pop() if len(stories) == 1 else None
                self._roots[key] = Root(key, first.channel, first.candidate.session, story)
        fresh = {
            (d.channel, d.candidate.symbol, d.candidate.session): d
            for d in decisions
            if d.candidate.state is PriceState.FRESH
        }
        for key, root in self._roots.items():
            mine = {symbol: d for (channel, symbol, session), d in fresh.items()
                    if channel == root.channel and session == root.session}  # fmt: skip
            brought = self._bring_up(root, alerts.get(key, []), mine)
            if brought != root or key in alerts:
                self._roots[key] = brought
                self._tx.save_root(brought)

    def _gathered(self, decisions: Sequence[Decision]) -> Iterable[Decision]:
        """The alerts; where more than `STORM` new roots of a channel would come at once, as of one root."""
        alerts = [d for d in decisions if d.verdict is Verdict.ALERT and d.told]
        together = storms([d for d in alerts if d.told and d.told.root not in self._roots], self._now)
        for decision in alerts:
            key = together.get(decision.told.root) if decision.told else None
            if key and decision.told:
                one = replace(decision.told, root=key)
                self._telling.told[one.channel, one.symbol, one.session] = one
                self._tx.save_told(one)
                yield replace(decision, told=one)
            else:
                yield decision

    def _bring_up(self, root: Root, alerts: Sequence[Decision], fresh: dict[str, Decision]) -> Root:
        rows = {r.symbol: moved(r, root.story, fresh[r.symbol]) if r.symbol in fresh else r for r in root.rows}
        rows |= {d.candidate.symbol: row_of(d, rows.get(d.candidate.symbol), in_one(root.key)) for d in alerts}
        if not fresh.keys() & rows.keys():
            return root
        after, news = self._with_news(replace(root, rows=tuple(rows.values())), fresh)
        after, records = self._with_records(after)
        wrong = [line for line in corrections(after.rows) if line not in corrections(root.rows)]
        self._forget(row for row in after.rows if row.corrected and row not in root.rows)
        if root.drawn is None:
            self._freeze(after.story)
            for decision in alerts:
                self._freeze(decision.candidate.tie.story.id if decision.candidate.tie else None)
            self._elsewhere(after, alerts)
            return self._drawn(after, DeliveryKind.POST)
        if (alerts or records or news or wrong) and not self._muted(after):
            self._reply(root, after, alerts, [*news, *joining(alerts, root.rows), *records, *wrong])
        self._elsewhere(after, alerts)
        closing = any(fresh[symbol].candidate.closing for symbol in rows if symbol in fresh)
        due = self._now - root.drawn >= REDRAW - self._config.settings.poll_prices / 2
        parted = {r.symbol for r in after.rows if is_parted(r)} - {r.symbol for r in root.rows if is_parted(r)}
        something = alerts or records or news or wrong or closing or due or parted
        return self._drawn(after, DeliveryKind.UPDATE) if something else after

    def _muted(self, root: Root) -> bool:
        mutes = [m for m in self._mutes if m.kind is MuteKind.STORY and m.channel in {"", root.channel}]
        return any(m.what == root.story and active(m, self._now) for m in mutes)

    def _forget(self, wrong: Iterable[Row]) -> None:
        """What was told by a wrong base does not stand in the way of what is told by the right one."""
        for row in wrong:
            for key, told in self._telling.told.items():
                if told.symbol == row.symbol and told.session == self._session(row.symbol):
                    self._telling.told[key] = replace(told, at=None, up=0.0, down=0.0, armed=True)
                    self._tx.save_told(self._telling.told[key])

    def _session(self, symbol: str) -> date | None:
        reading = self._snapshot.reading(symbol)
        return reading.session.date if reading else None

    def _elsewhere(self, root: Root, alerts: Sequence[Decision]) -> None:
        """Tell an alert that is grave enough in the channel of its severity too, once a root and severity."""
        for grave in reversed(ORDER):
            mine = [d for d in alerts if d.severity is grave]
            there = tier(self._config.settings.tiers, grave)
            if not mine or not there.channel or there.channel == root.channel:
                continue
            text, blocks = reply_message(mine, f"{grave.capitalize()} in {root.channel}", there.mention)
            key = f"{root.key}@{there.channel}/{grave}"
            rows = tuple(r for r in root.rows if r.symbol in {d.candidate.symbol for d in mine})
            told = Delivery(key, DeliveryKind.POST, there.channel, key, self._now, text, blocks, rows, root.story)
            self._telling.enqueue(told)

    def _with_news(self, root: Root, fresh: dict[str, Decision]) -> tuple[Root, list[str]]:
        """The root of a move without linked news once news is linked to it: prices often move first."""
        found = next((d.candidate.tie for row in root.rows if (d := fresh.get(row.symbol)) and d.candidate.tie), None)
        if root.story or root.drawn is None or found is None or in_one(root.key):
            return root, []
        rows = tuple(linked(row, found, fresh.get(row.symbol)) for row in root.rows)
        self._freeze(found.story.id)
        return replace(root, story=found.story.id, rows=rows), [f"Linked AI news: “{found.story.headline}”"]

    @cached_property
    def _records(self) -> tuple[Record, ...] | None:
        """The records of this moment, worked out for the first root that needs them."""
        return records_of(self._snapshot, self._config)

    def _with_records(self, root: Root) -> tuple[Root, list[str]]:
        """The root with the records that hold now of its stocks, and what of them was not said yet."""
        if self._records is None:
            return root, []
        companies = {row.company for row in root.rows}
        mine = [r for r in self._records if r.company in companies]
        new = [r for r in mine if r.key not in root.announced]
        announced = root.announced + tuple(r.key for r in new)
        return replace(root, records=tuple(r.text for r in mine), announced=announced), [r.text for r in new]

    def _reply(self, before: Root, root: Root, alerts: Sequence[Decision], headlines: Sequence[str]) -> None:
        """Tell it in the thread; in the channel too, and calling whom its severity calls, if it is new or graver.

        Once somebody has acknowledged the message, only what is graver is.
        """
        headline = "; ".join(headlines)
        new = worst(d.severity for d in alerts)
        graver = ORDER.index(new) > ORDER.index(of_rows(before.rows))
        loud = graver or (bool(headline) and not root.acknowledged)
        mention = tier(self._config.settings.tiers, new).mention if graver else ""
        text, blocks = reply_message(alerts, headline, mention)
        self._telling.enqueue(
            Delivery(
                key=f"{root.key}#r{stamp(self._now)}",
                kind=DeliveryKind.REPLY,
                channel=root.channel,
                root=root.key,
                at=self._now,
                text=text,
                blocks=blocks,
                rows=tuple(r for r in root.rows if r.symbol in {d.candidate.symbol for d in alerts}),
                story=root.story,
                broadcast=loud,
            )
        )

    def _drawn(self, root: Root, kind: DeliveryKind) -> Root:
        """The root as it is drawn now; nothing is sent where it would say what it says already."""
        view = self._view(root)
        same, _ = root_message(replace(view, at=_ANY_TIME))
        if same == root.text:
            return root
        edits = root.edits + (kind is DeliveryKind.UPDATE)
        key = f"{root.key}#u{edits}" if kind is DeliveryKind.UPDATE else root.key
        text, blocks = root_message(view)
        self._telling.enqueue(
            Delivery(key, kind, root.channel, root.key, self._now, text, blocks, root.rows, root.story)
        )
        return replace(root, text=same, drawn=self._now, edits=edits)

    def _view(self, root: Root) -> RootView:
        return RootView(
            channel=root.channel,
            session=root.session,
            story=self._with_sources(root),
            rows=root.rows,
            at=self._now,
            market=(*self._snapshot.market_lines(), *beside_lines(root.rows)),
            records=root.records,
            previous=self._previous(root),
            states=self._snapshot.states(row.symbol for row in root.rows),
            mention=tier(self._config.settings.tiers, of_rows(root.rows)).mention,
            marks=marks_of(root, self._mutes, self._now),
            key=root.key,
        )

    def _with_sources(self, root: Root) -> StoryNote | None:
        known = self._telling.story_note(root)
        return replace(known, sources=self._tx.sources(known.id, SOURCES)) if known else None

    def _previous(self, root: Root) -> str | None:
        """A line that points to the root of the same story on an earlier day."""
        same = [r for r in self._roots.values() if (r.channel, r.story) == (root.channel, root.story)]
        earlier = [r for r in same if root.story and r.session < root.session]
        if not earlier:
            return None
        last = max(earlier, key=lambda r: r.session)
        return f"Goes on from {day_words(last.session)}: {last.text.partition(chr(10))[0]}"

    def _freeze(self, story: str | None) -> None:
        """A story that was told keeps its time."""
        if story and story in self._telling.stories and not self._telling.stories[story].told:
            self._telling.stories[story] = replace(self._telling.stories[story], told=True)
            self._tx.save_story(self._telling.stories[story])


def marks_of(root: Root, mutes: Iterable[Mute], now: datetime) -> tuple[str, ...]:
    """What people did with a root message, in lines: acknowledged it, muted its story or one of its stocks."""
    objects = {(MuteKind.SYMBOL, row.symbol) for row in root.rows} | {(MuteKind.STORY, root.story)}
    mine = [m for m in mutes if active(m, now) and m.channel in {"", root.channel} and (m.kind, m.what) in objects]
    return (*([root.acknowledged] if root.acknowledged else []), *map(mute_words, mine))
