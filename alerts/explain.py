"""A decision's trace in words: the news, the way to the stock, the price, the rules, and what came of it.

For a reader who never saw the code. What is printed was kept when it was decided; only the wording is made here, the
same for the terminal and for Slack. Lines are plain text; those of `HEADINGS` begin a part.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Final

from alerts.joins import FLAT, OPPOSITE, course
from alerts.rules import asked_words, reached
from alerts.trace import Account, Entry, Evidence, Name, StoryAccount
from alerts.types import Candidate, Condition, Decision, Hop, PriceState, Tie, Verdict, Weighed, Window
from alerts.words import clean, clock, count, cut, moment, money, percent
from alerts.workings import GAP, gate, price
from config.types import Direction

HEADINGS: Final = ("The news", "The way to the stock", "The price", "The rules", "The session")
_TITLE: Final = 110
_LINES: Final = 12
_WIDEST: Final = 120
"""Characters of a line beyond which its note goes below it."""
_WHOLE: Final = 0.995
"""What rounds to 1.00 is not worth a line."""
_TOLD: Final = {Verdict.ALERT: "told", Verdict.HOLD: "held back", Verdict.NOTHING: "not told"}
_WEIGHTS: Final = ((1.0, "acts in the news"), (0.7, "is acted on in the news"), (0.5, "is named beside it in a title"))
_TRUST: Final = {
    "safe": "a name that stands for nothing else",
    "cased": "trusted as it is written",
    "doubtful": "an ordinary word as well: believed by what stands around it",
    "distinct": "a name that is no other word",
    "uncommon": "a rare word",
    "ordinary": "an ordinary word as well: believed by a sign beside it",
    "everyday": "an everyday word: believed by two signs beside it",
    "namesake": "people or places are called so too: believed by a sign of business",
}
_KINDS: Final = {
    "supplier": "supplies", "customer": "buys from", "partner": "is a partner of", "investor": "is an investor in",
    "competitor": "is a rival of", "power": "sells electricity to", "owner": "owns",
}  # fmt: skip


def account(one: Account) -> list[str]:
    """One stock in one session: verdict first, then each step that led to it with its figures."""
    entry = one.entry
    decision = _explained(entry)
    lines = [f"{one.symbol} · {clean(one.name)} · {one.channel} · session of {one.session:%-d %B %Y}", ""]
    lines += _verdict(one, entry)
    lines += ["", HEADINGS[0], *_news(decision.candidate.tie, one.evidence, decision.candidate)]
    if decision.candidate.tie:
        lines += ["", HEADINGS[1], *_way(decision.candidate.tie, decision.candidate)]
    lines += ["", HEADINGS[2], *price(decision.candidate)]
    lines += ["", HEADINGS[3], *_rules(decision)]
    return [*lines, "", HEADINGS[4], *_session(one)]


def brief(one: Account) -> list[str]:
    """The same in a few lines, for a chat: the verdict, the way, the figures and the rules."""
    entry = one.entry
    decision = _explained(entry)
    candidate = decision.candidate
    when = f" at {clock(entry.at)}" if entry.decision.verdict is Verdict.ALERT else ""
    reason = f"{_TOLD[entry.decision.verdict]}{when}: {entry.decision.reason}{_near(decision)}"
    lines = [f"{one.symbol} · {clean(one.name)} · {reason}"]
    tie, move = candidate.tie, candidate.day
    if tie:
        headline = cut(clean(tie.story.headline), _TITLE)
        lines.append(f"Linked to “{headline}”, {count(tie.story.feeds, 'source')}: {tie.path} ({tie.strength:.2f})")
    elif candidate.state is PriceState.FRESH:
        lines.append("No linked AI news found")
    if move:
        prices = f"from {move.base_price:,.2f} to {move.price:,.2f} {move.currency}"
        adjusted = "" if move.abnormal is None else f", without the market {percent(move.abnormal, 2)}"
        if move.working and move.working.market is None:
            adjusted = ", the market's part is not known"
        lines.append(f"{percent(move.raw, 2)} {prices} at {clock(move.time)}{adjusted}")
    if candidate.state is not PriceState.FRESH:
        lines.append(gate(candidate))
    return [*lines, *map(row_line, decision.rows)]


def line(entry: Entry) -> str:
    """One entry in a line: "NVDA -17.0 %, told: first crossing of the session"."""
    decision = _explained(entry)
    move = decision.candidate.day
    moved = f" {percent(move.raw)}" if move else ""
    near = "" if entry.decision.verdict is Verdict.ALERT else _near(decision)
    return f"{decision.candidate.symbol}{moved}, {_TOLD[entry.decision.verdict]}: {entry.decision.reason}{near}"


def story(one: StoryAccount) -> list[str]:
    """A story: what it rests on, and what became of each stock that was linked to it."""
    note = one.story
    kinds = ", ".join(kind.replace("_", " ") for kind in note.types) or "no event"
    lines = [f"“{clean(note.headline)}”", f"{note.id}", ""]
    lines += [HEADINGS[0], f"{GAP}{kinds} · {count(note.feeds, 'source')}, {count(one.articles, 'article')}"]
    lines.append(f"{GAP}first {moment(note.first_time)}, newest fact {moment(note.last_fact)}")
    lines += _pieces(one.evidence)
    for verdict, heading in (
        (Verdict.ALERT, "Told"),
        (Verdict.HOLD, "Held back"),
        (Verdict.NOTHING, "Linked, and not told: news without a move"),
    ):
        mine = [e for e in one.entries if e.decision.verdict is verdict]
        if mine:
            lines += ["", f"{heading} ({len(mine)})"]
            lines += [f"{GAP}{moment(e.peak_at)}  {line(e)}" for e in mine]
    if not one.entries:
        lines += ["", f"{GAP}No watched stock was looked at under it while its prices came."]
    return lines


def _explained(entry: Entry) -> Decision:
    """The look that tells most of an entry: the one that was told, else the one with the largest move."""
    return entry.decision if entry.decision.verdict is Verdict.ALERT else entry.peak


def _verdict(one: Account, entry: Entry) -> Iterator[str]:
    verdict = entry.decision.verdict
    when = f" at {clock(entry.at)}" if verdict is Verdict.ALERT else ""
    yield f"{_TOLD[verdict].capitalize()}{when}: {entry.decision.reason}."
    if verdict is not Verdict.ALERT:
        looks = f"{count(entry.times, 'look')} from {clock(entry.at)} to {clock(entry.last_at)}"
        shown = "" if entry.times == 1 else f"; below is the one at {clock(entry.peak_at)}, with the largest move"
        yield f"{looks}{shown}{_near(entry.peak)}."
    if one.key:
        yield f"Message {one.key}"
    yield f"Watchlist “{clean(entry.decision.watchlist)}”, configuration {entry.fingerprint[:8] or 'without a name'}"


def _near(decision: Decision) -> str:
    """How near it came, "" where it passed or nothing was weighed."""
    best = max(decision.rows, key=lambda row: row.share, default=None)
    if best is None or best.holds:
        return ""
    return f" ({best.share:.0%} of row {best.number} reached)"


def _news(tie: Tie | None, evidence: Iterable[Evidence], candidate: Candidate) -> Iterator[str]:
    if tie is None:
        fresh = candidate.state is PriceState.FRESH
        yield GAP + (
            "No open story reaches it: a move without linked news."
            if fresh
            else "Not looked for: only a fresh price is told, so only that needs a story."
        )
        return
    note = tie.story
    kinds = ", ".join(kind.replace("_", " ") for kind in note.types) or "no event"
    yield f"{GAP}“{clean(note.headline)}”"
    status = f", {note.status}" if note.status else ""
    yield f"{GAP}{kinds}{status} · {count(note.feeds, 'source')} · story {note.id}"
    yield f"{GAP}first {moment(note.first_time)}, newest fact {moment(note.last_fact)}"
    yield from _pieces(evidence)


def _pieces(evidence: Iterable[Evidence]) -> Iterator[str]:
    """What articles say, those with several events once."""
    for (seen, feed, title, joined), found in groupby(evidence, lambda e: (e.seen, e.feed, e.title, e.joined)):
        yield f"{GAP}{moment(seen)}, {clean(feed)}: “{cut(clean(title), _TITLE)}” ({joined})"
        for piece in found:
            yield from _piece(piece)


def _piece(found: Evidence) -> Iterator[str]:
    kind = found.type.replace("_", " ")
    rule = f"the rule “{found.rule}”" if found.rule != "voice" else "the classifier alone, no rule fired"
    yield f"{GAP * 2}event      {kind}, {found.status}: “{clean(found.trigger)}”, by {rule}, score {found.score:.2f}"
    if clean(found.sentence) != clean(found.title):
        yield f"{GAP * 2}sentence   “{cut(clean(found.sentence), 2 * _TITLE)}”"
    for name in found.names:
        yield f"{GAP * 2}company    {_name(name)}{_part(name.company, found)}"


def _name(name: Name) -> str:
    met = f" (the alias “{clean(name.alias)}”)" if name.alias and name.alias != name.text else ""
    kind = "a ticker" if name.via == "ticker" else _TRUST.get(name.trust, "near a known name")
    return f"“{clean(name.text)}”{met} is {name.company}: {name.via}, {kind}; score {name.score:.2f}"


def _part(company: str, found: Evidence) -> str:
    roles = [word for word, who in (("acts", found.actor), ("is acted on", found.target)) if who == company]
    return f"; {' and '.join(roles)}" if roles else ""


def _way(tie: Tie, candidate: Candidate) -> Iterator[str]:
    yield f"{GAP}{tie.path}"
    direct = next((words for weight, words in _WEIGHTS if abs(tie.weight - weight) < FLAT), "is named in the news")
    rows = [(f"{tie.root} {direct}", f"{tie.weight:.2f}", "")]
    for hop in tie.hops:
        rows.append((_hop(hop), f"x {hop.strength:.2f}", clean(hop.note)))
        if hop.kept < _WHOLE:
            rows.append(("  of which counts, behind a hub or round a corner", f"x {hop.kept:.2f}", ""))
    rows.append(("strength of the link", f"= {tie.strength:.2f}", ""))
    if tie.claim:
        how = f"{count(tie.story.feeds, 'source')}, less for each session since its last report"
        rows.append(("what the story still explains", f"x {tie.claim:.2f}", how))
        rows.append(("weight among the stories that reach it", f"= {tie.strength * tie.claim:.2f}", ""))
    wide = max(len(words) for words, *_ in rows)
    for words, figure, note in rows:
        whole = f"{GAP}{words:<{wide}}  {figure:>7}{f'   {note}' if note else ''}"
        if note and len(whole) > _WIDEST:
            yield f"{GAP}{words:<{wide}}  {figure:>7}"
            whole = f"{GAP * 3}{note}"
        yield whole
    move = candidate.day or candidate.event
    told = {Direction.UP: "a rise", Direction.DOWN: "a fall", Direction.UNCLEAR: "no clear direction"}[tie.expected]
    went = ""
    if tie.expected is not Direction.UNCLEAR and move and abs(move.raw) >= FLAT:
        went = f"; it {'rose' if move.raw > 0 else 'fell'}: {course(tie.expected, move.raw)}"
    yield f"{GAP}News of this kind points to {told}{went}."
    for number, other in enumerate(candidate.also):
        words = "Also linked, with less weight:" if not number else " " * 30
        headline = cut(clean(other.story.headline), _TITLE)
        contrary = move is not None and course(other.expected, move.raw) == OPPOSITE
        less = ", counts less as it points the other way" if contrary else ""
        yield f"{GAP}{words} {other.strength * other.claim:.2f}  “{headline}”{less}"


def _hop(hop: Hop) -> str:
    """A relation in words: `target` is `source`'s `kind`."""
    dates = f", since {hop.since:%-d %b %Y}" if hop.since else ""
    dates += f" until {hop.until:%-d %b %Y}" if hop.until else ""
    parts_ = ", moves against it" if hop.sign < 0 else ""
    return f"{hop.target} {_KINDS.get(hop.kind, hop.kind + ' of')} {hop.source}{dates}{parts_}"


def _rules(decision: Decision) -> Iterator[str]:
    if not decision.rows:
        yield f"{GAP}Nothing was weighed: no move can be counted."
    for row in decision.rows:
        yield f"{GAP}{row_line(row)}"
    if any(row.window is Window.EVENT for row in decision.rows) or len(decision.rows) > 1:
        yield f"{GAP}One row that holds is enough."
    before = decision.before
    if before and before.at:
        sides = " and ".join(percent(side) for side in (before.down, before.up) if side)
        armed = "armed again" if before.armed else "not armed"
        yield f"{GAP}Told before at {clock(before.at)}: {sides}; {armed}"


def row_line(row: Weighed) -> str:
    """A row with every condition: "day window, row 1: move 3.0 %: -17.00 % holds; sigma 2.5: ... -> holds"."""
    words = "; ".join(map(condition_line, row.conditions)) or "asks for nothing"
    return f"{row.window} window, row {row.number}: {words} -> {'holds' if row.holds else 'does not hold'}"


def condition_line(condition: Condition) -> str:
    """What is asked, what is there, and whether that holds."""
    name, value = asked_words(condition), condition.value
    if value is None:
        return f"{name}: unknown, does not hold"
    there = {"move": lambda v: percent(v, 2), "sigma": lambda v: f"{v:+.1f}"}.get(condition.kind, money)(value)
    if condition.apart:
        return f"{name}: {there} does not hold, raw and market-adjusted move have different signs"
    return f"{name}: {there} {'holds' if reached(condition) else 'does not hold'}"


def _session(one: Account) -> Iterator[str]:
    left = one.entries[-_LINES:]
    if len(left) < len(one.entries):
        yield f"{GAP}{count(len(one.entries) - len(left), 'earlier entry', 'earlier entries')}"
    for entry in left:
        verdict = _TOLD[entry.decision.verdict]
        span = clock(entry.at).removesuffix(" UTC")
        if entry.times > 1:
            span += f" to {clock(entry.last_at).removesuffix(' UTC')}"
        last = f", the last at {percent(entry.last.raw)}" if entry.last else ""
        looks = f" ({count(entry.times, 'look')}{last})" if entry.times > 1 else ""
        figures = _figures(entry)
        mark = "*" if entry is one.entry else " "
        yield f" {mark} {span:<14} {verdict:<10} {figures:<22} {entry.decision.reason}{looks}"
    yield f"{GAP}Times are UTC; * is the entry explained above; figures are of the look with the largest move."


def _figures(entry: Entry) -> str:
    move = _explained(entry).candidate.day
    if move is None:
        return "no move known"
    sigma = "" if move.sigma is None else f", sigma {move.sigma:+.1f}"
    return f"{percent(move.raw)}{sigma}"


def message(kind: str, key: str, at: datetime, first_line: str, accounts: Iterable[Account]) -> list[str]:
    """A message: what it was, and one line on each stock in it; in full where there is only one."""
    accounts = list(accounts)
    lines = [f"{kind.capitalize()} of {moment(at)}: {clean(first_line)}", key, ""]
    if len(accounts) == 1:
        return [*lines, *account(accounts[0])]
    lines += [f"{GAP}{moment(a.entry.at)}  {line(a.entry)}" for a in accounts]
    return [*lines, "", "Each in full: aftershock why SYMBOL"] if accounts else [*lines, f"{GAP}It tells no stock."]
