"""What `why` says in words: each step with its figures, and honestly where something is not known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from alerts.explain import account, brief, line, message, story
from alerts.rules import decide
from alerts.trace import Account, Entry, Evidence, Name, StoryAccount
from alerts.types import Candidate, Decision, Hop, PriceState, Quoted, Tie, Told, Window, Working
from config.types import Direction
from standins.moves import CLOSE, DAY, NOON, WATCHED, candidate, move, watchlist
from standins.moves import story as note

WORK = Working("SPY", -0.02, 1.5, 0.02, 0.25, 120)
HOPS = (
    Hop("deepseek", "competitor", "openai", 0.8, 1.0, -1, date(2024, 12, 26), None, "cheaper than o1"),
    Hop("openai", "supplier", "nvidia", 0.9, 0.5, 1, None, date(2026, 1, 1), "trains on its chips"),
)
TIE = Tie(note(), "deepseek -competitor-> openai -supplier-> nvidia", 0.36, "deepseek", 1.0, HOPS, Direction.DOWN, 0.5)
EVIDENCE = Evidence(
    feed="wire",
    seen=NOON,
    title="DeepSeek opens its R1 reasoning model",
    link="",
    joined="opens a story",
    type="model_release",
    sentence="The lab opens its model to all.",
    trigger="opens",
    rule="voice",
    status="reported",
    score=0.91,
    actor="deepseek",
    target="",
    names=(
        Name("deepseek", "Deep Sik", "", "name", "", 0.5),
        Name("deepseek", "DeepSeek's", "DeepSeek", "name", "safe", 0.97),
    ),
)


def told(what: Candidate, before: Told | None = None) -> Decision:
    """What is decided on it."""
    return decide(what, watchlist(), WATCHED, before, NOON)


def entry(decision: Decision, times: int = 1, peak: Decision | None = None) -> Entry:
    """The ledger's entry of a decision."""
    last = NOON + timedelta(minutes=times - 1)
    return Entry(NOON, last, times, decision, NOON, peak or decision, decision.candidate.day, "abcdef0123")


def said(decision: Decision, **more: object) -> str:
    """What is said of one decision."""
    one = Account("NVDA", "NVIDIA", "#ai", DAY, (entry(decision),), 0, (EVIDENCE,))
    return "\n".join(account(replace(one, **more)))  # type: ignore[arg-type]


def test_the_price_is_worked_out_line_by_line() -> None:
    """So that a reader can do it again with a pencil."""
    what = candidate(day=replace(move(-0.10, -7.0, -100e9), abnormal=-0.07, working=WORK), tie=TIE)
    text = said(told(what))
    for step in (
        "base           100.00 USD   24 Jan 21:00 UTC",
        "price           90.00 USD   27 Jan 21:00 UTC",
        "move             -10.00 %   90.00 / 100.00 - 1",
        "market            -2.00 %   SPY over the same time",
        "abnormal          -7.00 %   -10.00 % - (1.50 x -2.00 %); beta from 120 daily returns",
        "one sigma          1.00 %   2.00 % a day x square root of 0.25 days' variance",
        "sigma               -7.00   -7.00 % / 1.00 %",
        "value            -$100 bn   of the whole company, in dollars",
    ):
        assert step in text


def test_the_way_is_told_relation_by_relation() -> None:
    """With dates, what counts of each, where it is known from, and what that comes to."""
    text = said(told(candidate(tie=TIE)))
    for step in (
        "deepseek acts in the news",
        "openai is a rival of deepseek, since 26 Dec 2024, moves against it",
        "x 0.80   cheaper than o1",
        "nvidia supplies openai until 1 Jan 2026",
        "  of which counts, behind a hub or round a corner",
        "x 0.50",
        "= 0.36",
        "= 0.18",
        "News of this kind points to a fall; it fell: as expected.",
    ):
        assert step in text


def test_other_stories_are_named_with_their_weight() -> None:
    """And why one of more weight may come later."""
    up = replace(TIE, story=note("Meta spends more", id="s2"), strength=0.4, claim=0.5, expected=Direction.UP)
    text = said(told(candidate(tie=TIE, also=(up,))))
    assert "with less weight: 0.20  “Meta spends more”, counts less as it points the other way" in text


def test_the_words_in_the_news_are_named() -> None:
    """Which article, which event by which rule, which words stand for the company and why that is believed."""
    text = said(told(candidate(tie=TIE)))
    for step in (
        "27 Jan 12:00 UTC, wire: “DeepSeek opens its R1 reasoning model” (opens a story)",
        "event      model release, reported: “opens”, by the classifier alone, no rule fired, score 0.91",
        "sentence   “The lab opens its model to all.”",
        "“Deep Sik” is deepseek: name, near a known name; score 0.50; acts",
        "“DeepSeek's” (the alias “DeepSeek”) is deepseek: name, a name that stands for nothing else; score 0.97; acts",
    ):
        assert step in text


def test_a_move_without_news_and_a_price_without_use_are_said_to_be_so() -> None:
    """Nothing is made up for what is not known."""
    assert "No open story reaches it: a move without linked news." in said(told(candidate(tie=None)))
    quoted = Quoted(90.0, NOON, "USD", timedelta(minutes=15))
    stale = candidate(tie=None, state=PriceState.STALE, problem="last trade an hour ago", quoted=quoted)
    text = said(told(stale))
    assert "Not looked for: only a fresh price is told" in text
    assert "90.00 USD of 27 Jan 12:00 UTC, from a source up to 15 min late is stale, not told while it is so: " in text
    missing = said(told(candidate(tie=None, day=None, state=PriceState.MISSING, problem="the source gave no price")))
    assert "missing: the source gave no price" in missing
    assert "Nothing was weighed: no move can be counted." in missing


def test_the_part_before_the_news_is_told() -> None:
    """Or that it is not known."""
    news = note(first_time=CLOSE - timedelta(hours=2))
    here = replace(TIE, story=news)
    event = replace(move(-0.01), base_price=96.0, window=Window.EVENT)
    text = said(told(candidate(day=move(-0.0496), tie=here, event=event)))
    assert "-4.0 % came before the news, -1.0 % since - mostly before the news." in text
    assert "Which part of the move came before the news is not known" in said(told(candidate(tie=here)))


def test_a_repeated_decision_is_explained_by_its_largest_look() -> None:
    """And how near that came."""
    small, large = told(candidate(-0.001, -0.1)), told(candidate(-0.029, -2.4))
    one = Account("NVDA", "NVIDIA", "#ai", DAY, (entry(small, 90, large),), 0)
    text = "\n".join(account(one))
    assert "Not told: below the thresholds." in text
    assert "90 looks from 12:00 UTC to 13:29 UTC; below is the one at 12:00 UTC, with the largest move" in text
    assert "(96% of row 1 reached)" in text
    assert "NVDA -2.9 %, not told: below the thresholds (96% of row 1 reached)" == line(one.entry)


def test_what_was_told_before_is_said() -> None:
    """It is why a passing move is held back."""
    before = Told("#ai", "NVDA", DAY, "root", down=-0.17, at=NOON - timedelta(hours=1))
    text = said(told(candidate(), before))
    assert "Held back: told already at 11:00 UTC; next at -25.5 %, or once it has calmed down." in text
    assert "Told before at 11:00 UTC: -17.0 %; not armed" in text


def test_a_chat_is_told_in_a_few_lines() -> None:
    """Verdict, way, figures, rules."""
    what = candidate(day=replace(move(-0.10, -7.0, -100e9), abnormal=-0.07), tie=TIE)
    one = Account("NVDA", "NVIDIA", "#ai", DAY, (entry(told(what)),), 0)
    first, way, figures, *rows = brief(one)
    assert first.startswith("NVDA · NVIDIA · told at 12:00 UTC: first crossing of the session, by the day window")
    assert way.endswith(", 7 sources: deepseek -competitor-> openai -supplier-> nvidia (0.36)")
    assert "-10.00 % from 100.00 to 90.00 USD at 21:00 UTC, without the market -7.00 %" == figures
    alone = replace(move(-0.1, -4.0), working=replace(WORK, market=None, beta=None))
    (_, _, said, *_) = brief(Account("NVDA", "NVIDIA", "#ai", DAY, (entry(told(candidate(tie=TIE, day=alone))),), 0))
    assert said.endswith("at 21:00 UTC, the market's part is not known")
    assert ["day window, row 1", "day window, row 2"] == [row.partition(":")[0] for row in rows]
    stale = told(candidate(tie=None, state=PriceState.STALE, problem="old", quoted=Quoted(9, NOON, "USD", timedelta())))
    lines = brief(Account("NVDA", "NVIDIA", "#ai", DAY, (entry(stale),), 0))
    assert "9.00 USD of 27 Jan 12:00 UTC is stale, not told while it is so: old" in lines
    assert not any(text.startswith(("Linked", "No linked")) for text in lines)


def test_a_long_session_shows_its_end() -> None:
    """And says how much came before."""
    many = tuple(entry(told(candidate(-0.001, -0.1))) for _ in range(20))
    text = "\n".join(account(Account("NVDA", "NVIDIA", "#ai", DAY, many, 19)))
    assert "8 earlier entries" in text
    assert 12 == text.count("below the thresholds") - 1


def test_a_story_says_what_became_of_each_stock() -> None:
    """Told, held back, and news without a move."""
    entries = (
        entry(told(candidate())),
        entry(told(candidate(symbol="AMD", state=PriceState.STALE))),
        entry(told(candidate(-0.01, -0.5, symbol="AMZN"))),
    )
    text = "\n".join(story(StoryAccount(note(), 14, (EVIDENCE,), entries)))
    for step in ("Told (1)", "Held back (1)", "Linked, and not told: news without a move (1)", "14 articles"):
        assert step in text
    assert "No watched stock was looked at under it" in "\n".join(story(StoryAccount(note(), 1, (), ())))


def test_a_message_tells_one_stock_in_full_and_several_in_lines() -> None:
    """With the key that it goes by."""
    one = Account("NVDA", "NVIDIA", "#ai", DAY, (entry(told(candidate())),), 0)
    at = datetime(2025, 1, 27, 14, 30, tzinfo=UTC)
    assert "The price" in message("reply", "key", at, "NVDA crosses", [one])
    several = message("post", "key", at, "two", [one, one])
    assert "The price" not in several
    assert 2 == sum("NVDA -17.0 %, told:" in text for text in several)
    assert "   It tells no stock." == message("post", "key", at, "none", [])[-1]


def test_a_title_from_the_web_steers_no_terminal() -> None:
    """Control characters are gone, and @channel calls nobody."""
    evil = replace(EVIDENCE, title="\x1b[31mred\u202e @channel", trigger="\x07")
    text = said(told(candidate(tie=TIE)), evidence=(evil,))
    assert {"\x1b", "\x07", "\u202e"}.isdisjoint(text)
    assert "@channel" not in text
