"""What people read: the first line, the table, the reasons, and Slack's limits kept whatever comes in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import message
from alerts.blocks import Blocks
from alerts.digest import digest
from alerts.rules import decide
from alerts.table import grid, ranked, signs
from alerts.types import Decision, DigestView, Join, RootView, Row, Severity, Source, Told, Window
from alerts.words import address, billions, clean, cut, literal, moment, money, percent, sigmas
from config.types import Direction
from standins.moves import CLOSE, DAY, NOON, WATCHED, candidate, move, rows, story, tie, view, watchlist
from standins.slack import block_problems

BIG = 300


def first_line(text: str) -> str:
    """What a phone shows."""
    return text.partition("\n")[0]


def written(blocks: Blocks) -> str:
    """The blocks' texts, one after the other."""
    texts = [b["text"] if "text" in b else b["elements"][0] for b in blocks]
    return "\n".join(t["text"] for t in texts)


def nvidia(**more: Any) -> Row:  # noqa: ANN401  any field of a row
    """The row of Nvidia."""
    return replace(next(row for row in rows() if row.symbol == "NVDA"), **more)


def test_the_first_line_of_one_stock_tells_it_all() -> None:
    """Move, how unusual, dollars, what it is linked to, and by how many sources."""
    text, _ = message.root(view(rows=(nvidia(),), story=story("DeepSeek opens R1 for all")))
    assert "NVDA -17.0 % (6.4 sigma), -$593 bn: linked to “DeepSeek opens R1 for all”, 7 sources" == first_line(text)


def test_the_first_line_of_many_names_the_weightiest() -> None:
    """By market value lost or won, the rest by number."""
    text, blocks = message.root(view())
    assert first_line(text).startswith(
        "NVDA -17.0 % (6.4 sigma), -$593 bn; AVGO -17.4 %, TSM -13.3 % and 12 more: linked to “DeepSeek opens"
    )
    assert "NVDA -17.0 % (6.4 sigma), -$593 bn; AVGO -17.4 %, TSM -13.3 % and 12 more" == blocks[0]["text"]["text"]


def test_the_first_line_fits_a_notification() -> None:
    """Its headline is cut, so that the number of sources is read too; below it stands whole."""
    headline = "A lab in Hangzhou releases a reasoning model with open weights, at a tenth of the usual cost"
    text, _ = message.root(view(story=story(headline)))
    assert len(first_line(text)) <= 150
    assert first_line(text).endswith("linked to “A lab in Hangzhou releases a reasoning model with…”, 7 sources")
    assert f"Linked to “{headline}”" in text


def test_a_symbol_that_is_a_number_comes_with_its_name() -> None:
    """On the first line and in replies, where no table says whose it is; a name that could be markup does not."""
    row = next(row for row in rows() if row.symbol == "6857.T")
    assert message.leaders([row]).startswith("6857.T (Advantest) -8.6 %")
    assert message.leaders([replace(row, name="<!here|Advantest>")]).startswith("6857.T -8.6 %")


def test_a_root_that_was_wrong_claims_no_link_any_more() -> None:
    """It says what it said, as that, gives no reasons for it, and calls nothing grave."""
    wrong = nvidia(corrected="not linked, says @mira", severity=Severity.ALARM)
    text, blocks = message.root(view(rows=(wrong,), story=story("A lab opens its model")))
    assert (
        first_line(text)
        == "Corrected: what was told of NVDA was wrong: was linked to “A lab opens its model”, 7 sources"
    )
    assert "Was linked to *“A lab opens its model”*" in written(blocks)
    for said in ("Linked to", "Why linked", "Alarm", "Linked, not proven"):
        assert said not in text + written(blocks)
    assert "*Corrected: NVDA: not linked, says @mira*" in written(blocks)


def test_nothing_is_said_twice_in_a_root() -> None:
    """A trigger sentence that is the headline, and courses that the line on all moves counts."""
    same = story("A lab opens its model", reason="A lab opens its  model")
    goes = [replace(row, expected=Direction.DOWN, join=Join.AFTER) for row in rows()]
    text, blocks = message.root(view(rows=tuple(goes), story=same))
    why = text.partition("Why linked\n")[2].partition("\n\n")[0]
    assert "A lab opens" not in why
    assert "as expected" not in why
    assert "AAPL: " in why
    assert "opposite to expected" in why
    assert "14 as expected, 1 opposite to expected (AAPL)" in written(blocks)


def test_a_move_without_news_says_so() -> None:
    """It never claims a link."""
    text, blocks = message.root(view(rows=(nvidia(path=""),), story=None))
    assert "NVDA -17.0 % (6.4 sigma), -$593 bn: no linked AI news found" == first_line(text)
    assert "No linked AI news found." in written(blocks)
    assert "Why linked" not in text + written(blocks)
    assert "Linked, not proven" not in text + written(blocks)
    assert written(blocks).endswith("Not advice.")


def test_the_move_since_the_news_is_named_where_it_decided() -> None:
    """In the first line, in a column of its own, and with a sign on the row."""
    late = nvidia(day=move(-0.01, -0.8), event=move(-0.05, -3.3), window=Window.EVENT)
    text, _ = message.root(view(rows=(late, rows()[0])))
    assert "NVDA -5.0 % since the news (3.3 sigma)" in first_line(text)
    table = message.parts(text)[1].splitlines()
    assert table[0].endswith("since news")
    assert next(line for line in table if line.startswith("NVDA")).endswith("-5.0 %")
    assert "¹ crossed by its move since the news" in text


def test_a_move_since_the_news_that_is_the_days_needs_no_column() -> None:
    """Overnight news counts from the same close."""
    text, _ = message.root(view(rows=(nvidia(event=move(-0.17)),)))
    assert "since news" not in text


def test_the_table_groups_regions_in_order_of_first_crossing() -> None:
    """With the session's state and the time of the prices; figures stand below each other."""
    text, blocks = message.root(view())
    table = message.parts(text)[1]
    groups = [line for line in table.splitlines() if " · " in line]
    assert [
        "Asia · closed · prices of 06:00 UTC",
        "Europe · closed · prices of 16:00 UTC",
        "Americas · closed · prices of 21:00 UTC",
    ] == groups
    assert "ENR.DE   Siemens Energy        -19.9 %   -17.9 %   -6.5    -$11 bn" in table
    assert "GEV      GE Vernova            -21.5 %   -19.4 %   -7.0¹   -$25 bn" in table
    narrow = grid(view().rows, view().states, signs(view().rows), narrow=True)
    assert f"```\n{narrow}\n```" in written(blocks)


def test_in_slack_the_figures_fit_into_a_phones_width() -> None:
    """The same figures without units, forty letters a row, then the name, which alone is wrapped."""
    full = [replace(r, day=replace(r.day, volume=4.1)) for r in rows()]
    lines = grid(full, {"Europe": "after hours"}, signs(full), narrow=True).splitlines()
    assert "stock   move% adj.%  sigma  $bn vol. company" == lines[0]
    assert "ENR.DE  -19.9 -17.9  -6.5   -11 4.1x Siemens Energy" in lines
    assert "GEV     -21.5 -19.4  -7.0¹  -25 4.1x GE Vernova" in lines
    assert all(len(line) - len(row.name) <= 42 for line in lines for row in full if line.endswith(row.name))
    later = [replace(full[0], window=Window.EVENT, event=move(-0.04)), *full[1:]]
    assert "vol. news% company" in grid(later, {}, signs(later), narrow=True)


def test_billions_stand_below_each_other_without_their_unit() -> None:
    """Three figures at most, as in words; what rounds to nothing has no minus."""
    assert ["-593", "+5.3", "-0.6", "+0.0", "-1,440"] == [
        billions(v * 1e9) for v in (-593.2, 5.31, -0.588, -0.01, -1440)
    ]


def test_prices_of_several_times_are_given_as_a_span() -> None:
    """A stale row beside a fresh one is not hidden."""
    old = nvidia(symbol="OLD", day=move(-0.1, time=CLOSE - timedelta(hours=2)))
    assert "prices of 19:00 to 21:00 UTC" in grid((nvidia(), old), {}, signs(()))


def test_figures_that_are_not_known_are_not_invented() -> None:
    """n/a instead of nought."""
    text, _ = message.root(view(rows=(nvidia(day=move(-0.1, None, None)),)))
    assert "NVDA -10.0 %: linked to" in first_line(text)
    assert 3 == message.parts(text)[1].count("n/a")


def test_a_weak_sigma_carries_a_sign_and_its_meaning() -> None:
    """Short history and a missing index are said below the table; what holds for all needs no sign."""
    short = nvidia(symbol="NEW", day=move(-0.1, -4.0, notes=("short history", "adjusted bars")))
    alone = nvidia(symbol="ALONE", day=move(-0.1, -4.0, notes=("no index: against its own swings", "adjusted bars")))
    text, blocks = message.root(view(rows=(short, alone)))
    table = message.parts(text)[1]
    assert "-4.0¹" in table
    assert "-4.0 ²" in table
    for line in (
        "all: adjusted bars: dividends are taken out of earlier prices",
        "¹ short history: under 40 daily returns, so 2.5 % a day is taken for one sigma",
        "² no index: against its own swings",
    ):
        assert line in text
        assert line in written(blocks)


def test_the_root_says_why_it_is_linked_and_by_whom() -> None:
    """Type and status, the trigger sentence, each path, other stories, sources with links and times."""
    text, blocks = message.root(view(rows=(nvidia(also=("Curbs on chip exports",)),)))
    for part in (
        "model release, reported · 7 sources · first 20 Jan 12:05 UTC",
        "“The lab put the weights of its reasoning model up for free.”",
    ):
        assert part in text
        assert part in written(blocks)
    for line in ("NVDA: deepseek -competitor-> openai -supplier-> nvidia", "Also linked to: Curbs on chip exports"):
        assert line in text
    assert "NVDA: deepseek -competitor-&gt; openai -supplier-&gt; nvidia" in written(blocks)
    link = "<https://news.example/a?b=1&amp;c=2|Chip shares slide as a cheap model spreads>"
    assert f"• 27 Jan 12:00 UTC Example Wire: {link}" in written(blocks)
    assert "Example Wire: Chip shares slide as a cheap model spreads https://news.example/a?b=1&c=2" in text


def test_the_root_carries_records_market_yesterday_and_the_caveat() -> None:
    """What the day was, when it was drawn, and what is not claimed."""
    text, blocks = message.root(view(previous="Yesterday: 3 stocks, linked to the same story"))
    for part in (
        "• NVDA: the largest one-day loss of market value in the data at hand",
        "Yesterday: 3 stocks, linked to the same story",
        "drawn 27 Jan 21:01 UTC",
        "Linked, not proven to be the reason. Not advice.",
    ):
        assert part in text
        assert part in written(blocks)
    assert "S&P 500" in text
    assert "S&amp;P 500" in written(blocks)
    assert "caused" not in text


@pytest.mark.parametrize("count", [0, 1, 15, 40, BIG])
def test_however_many_rows_there_are_slack_takes_the_message(count: int) -> None:
    """Long lists are cut at whole lines, and how many are left is said."""
    many = tuple(Source(f"Wire {n}", NOON, "t" * 10_000, "https://news.example/" + "a" * 1_900) for n in range(50))
    long = story("h" * 10_000, reason="r" * 10_000, sources=many, types=("funding",) * 40)
    text, blocks = message.root(
        view(
            rows=rows(count), story=long, market=("m" * 5_000,) * 30, records=("r&" * 5_000,) * 30, previous="p" * 9_000
        )
    )
    assert [] == block_problems([dict(b) for b in blocks])
    assert sum(len(t) for t in written(blocks).splitlines()) < 12_000
    assert (text, blocks) == message.root(
        view(
            rows=rows(count), story=long, market=("m" * 5_000,) * 30, records=("r&" * 5_000,) * 30, previous="p" * 9_000
        )
    )


LONG_WINDED = '<&>`*|~_"@channel ' * 700
"""Some 12,000 characters that need escaping."""


def overlong() -> tuple[RootView, DigestView]:
    """Two hundred rows whose every text is far too long, and a story with three hundred sources."""
    many = [
        replace(
            row,
            name=LONG_WINDED,
            path=LONG_WINDED,
            under=f"{number}{LONG_WINDED}",
            also=(f"{number}{LONG_WINDED}",),
            holding=1e18,
            day=replace(row.day, notes=(f"{number}{LONG_WINDED}", LONG_WINDED), volume=1e9, sigma=-1e6, raw=1e4),
        )
        for number, row in enumerate(rows(200))
    ]
    sources = (Source(LONG_WINDED, NOON, LONG_WINDED, "https://news.example/" + "a&" * 900),) * 300
    told = story(LONG_WINDED, reason=LONG_WINDED, sources=sources, types=(LONG_WINDED,) * 40, status=LONG_WINDED)
    lines = (LONG_WINDED,) * 300
    states = {row.region: LONG_WINDED for row in many}
    common: dict[str, Any] = {"rows": tuple(many), "market": lines, "records": lines, "states": states}
    root = view(story=told, previous=LONG_WINDED, marks=lines, mention="@channel", key="k" * 1_000, **common)
    held = {f"{number}{LONG_WINDED}": 1 for number in range(300)}
    return root, DigestView("#ai", DAY, LONG_WINDED, at=CLOSE, stories=(told, None) * 150, held=held, **common)


@pytest.mark.parametrize("kind", ["root", "many stories", "corrected", "digest", "close", "reply"])
def test_no_text_is_too_long_for_slack_or_for_a_terminal(kind: str) -> None:
    """Every block within its limit and the whole of them too; in the plain text no line goes on for ever."""
    root, day = overlong()
    crossed = replace(alert(), candidate=replace(candidate(-0.17, -6.4), symbol="9" * 60, name=LONG_WINDED))
    draws: dict[str, Callable[[], tuple[str, Blocks]]] = {
        "root": lambda: message.root(root),
        "many stories": lambda: message.root(replace(root, story=None)),
        "corrected": lambda: message.root(
            replace(root, rows=tuple(replace(row, corrected=LONG_WINDED) for row in root.rows))
        ),
        "digest": lambda: digest(day),
        "close": lambda: digest(replace(day, region="Asia")),
        "reply": lambda: message.reply([crossed] * 300, LONG_WINDED, "@here"),
    }
    text, blocks = draws[kind]()
    assert [] == block_problems([dict(b) for b in blocks])
    assert len(written(tuple(b for b in blocks if b["type"] != "actions"))) < 13_000
    assert max(map(len, text.splitlines())) < 3_500
    assert (text, blocks) == draws[kind]()


def test_a_table_that_is_cut_keeps_the_weightiest_rows() -> None:
    """In their order, the number of the others below."""
    all_rows = rows(BIG)
    text = grid(all_rows, {}, signs(all_rows), 3000)
    kept = {line.split()[0] for line in text.splitlines()}
    best = [row.symbol for row in ranked(all_rows)]
    shown = [symbol for symbol in best if symbol in kept]
    assert best[: len(shown)] == shown
    assert len(shown) > 30
    assert text.endswith(f"and {BIG - len(shown)} more")
    assert len(text) <= 3000


def alert(raw: float = -0.17, sigma: float = -6.4, before: Told | None = None, **more: Any) -> Decision:  # noqa: ANN401  any field
    """What the rules decide on a candidate."""
    return decide(candidate(raw, sigma, **more), watchlist(), WATCHED, before, NOON)


def test_a_reply_says_how_it_crossed_and_by_which_path() -> None:
    """First, larger, other side, once more: each has its own words."""
    down = Told("#ai", "NVDA", DAY, "r", down=-0.05, at=NOON - timedelta(hours=1), armed=True)
    told = [
        alert(),
        alert(-0.1, -5.0, before=down),
        alert(0.05, 3.0, before=down),
        alert(-0.05, -3.0, before=down),
        alert(-0.01, -0.5, tie=tie("openai -partner-> nvidia"), event=move(-0.04, -3.0), event_decides=True),
    ]
    text, blocks = message.reply(told)
    assert [
        "NVDA crosses: -17.0 % (6.4 sigma) · deepseek -competitor-> openai -supplier-> nvidia",
        "NVDA goes on: -10.0 % (5.0 sigma) · deepseek -competitor-> openai -supplier-> nvidia",
        "NVDA has turned: +5.0 % (3.0 sigma) · deepseek -competitor-> openai -supplier-> nvidia",
        "NVDA crosses again: -5.0 % (3.0 sigma) · deepseek -competitor-> openai -supplier-> nvidia",
        "NVDA crosses: -4.0 % since the news (3.0 sigma) · openai -partner-> nvidia",
    ] == text.splitlines()
    assert "NVDA crosses: -17.0 % (6.4 sigma) · `deepseek -competitor-&gt; openai" in written(blocks)


def test_a_long_reply_leaves_the_paths_to_the_root_in_slack() -> None:
    """Fifteen paths are three screens of a phone, and the root above has them; the plain text keeps them."""
    text, blocks = message.reply([alert()] * 6)
    assert "-competitor-" not in written(blocks)
    assert 6 == written(blocks).count("NVDA crosses: -17.0 % (6.4 sigma)")
    assert 6 == text.count("deepseek -competitor-> openai")


def test_a_broadcast_reply_begins_with_what_is_new() -> None:
    """A region that joins, a record."""
    text, blocks = message.reply([alert()], "Europe joins")
    assert "Europe joins" == first_line(text)
    assert written(blocks).startswith("*Europe joins*\nNVDA crosses")


def test_a_reply_tells_all_corrections_of_a_pass() -> None:
    """Five of them are longer than a title may be."""
    wrong = "; ".join(f"Corrected: S{n}: bad price: the last close was taken for 162.36 USD" for n in range(5))
    text, blocks = message.reply([], wrong)
    assert (wrong, f"*{wrong}*") == (text, written(blocks))


def test_a_record_alone_makes_a_reply() -> None:
    """Nothing crossed anew, but a record fell."""
    text, blocks = message.reply([], "NVDA: a record")
    assert ("NVDA: a record", "*NVDA: a record*") == (text, written(blocks))


def test_a_storm_fits_into_one_reply() -> None:
    """Three hundred crossings in one pass are one message."""
    _, blocks = message.reply([alert()] * BIG, "h" * 5_000)
    assert [] == block_problems([dict(b) for b in blocks])
    assert "more" in written(blocks).splitlines()[-1]


def test_a_digest_tells_the_day_in_one_table() -> None:
    """Value lost and won, who moved and who did not, what was held back, which stories."""
    quiet = nvidia(symbol="AMZN", name="Amazon", told=False, day=move(0.002, 0.2, 5e9))
    text, blocks = digest(
        DigestView(
            "#ai",
            DAY,
            "27 January 2025",
            (*rows(), quiet),
            CLOSE,
            stories=(story(), None),
            held={"cool-down": 1, "told already": 12},
            records=("NVDA: a record",),
        )
    )
    assert "27 January 2025: 15 stocks told, 1 linked without crossing" == first_line(text)
    for part in (
        "Market value: -$1.18 tn on 12 stocks, +$107 bn on 1 stock",
        "Held back: 12 (told already); 1 (cool-down)",
        "“DeepSeek opens its R1 reasoning model to everyone” (model release, reported, 7 sources)",
        "moves without linked AI news",
        "NVDA: a record",
    ):
        assert part in text
        assert part in written(blocks)
    table = message.parts(text)[1].splitlines()
    last = "AMZN     Amazon                 +0.2 %    +0.2 %   +0.2   +$5.0 bn"
    assert ["linked, did not cross", last] == table[-2:]
    assert [] == block_problems([dict(b) for b in blocks])


def test_a_digest_of_a_quiet_day_is_short() -> None:
    """And no empty table."""
    text, blocks = digest(DigestView("#ai", DAY, "28 January", (), CLOSE))
    assert ("28 January: 0 stocks told, 0 linked without crossing", "No linked stock moved.") == message.parts(text)[:2]
    assert [] == block_problems([dict(b) for b in blocks])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-593.1e9, "-$593 bn"),
        (5.34e9, "+$5.3 bn"),
        (9.96e9, "+$10 bn"),
        (-1.184e12, "-$1.18 tn"),
        (999.9e9, "+$1.00 tn"),
        (530e6, "+$530 m"),
        (999.6e6, "+$1.0 bn"),
        (-12_345.0, "-$12,345"),
        (0.0, "$0"),
    ],
)
def test_money_is_written_for_people(value: float, words: str) -> None:
    """Three figures or so."""
    assert words == money(value)


def test_figures_have_signs_and_blanks() -> None:
    """-17.0 %, 6.4 sigma; what rounds to nothing has no sign."""
    assert ["-17.0 %", "+3.2 %", "0.0 %", "-16.97 %"] == [
        percent(-0.1697),
        percent(0.032),
        percent(-0.0004),
        percent(-0.1697, 2),
    ]
    assert "6.4 sigma" == sigmas(-6.41)
    new_york = datetime.fromisoformat("2025-01-27T09:31:00-05:00")
    assert "27 Jan 14:31 UTC" == moment(new_york)
    assert "1 Feb 00:00 UTC" == moment(datetime.combine(date(2025, 2, 1), datetime.min.time(), UTC))


@given(text=st.text(max_size=400), most=st.integers(2, 300))
def test_any_text_is_shown_as_itself_and_in_bounds(text: str, most: int) -> None:
    """No tag survives, nothing is longer than asked for, nothing invisible steers a terminal."""
    shown = literal(text, most)
    assert len(shown) <= most
    assert not set(shown) & set("<>*`~\n\x1b\u202e")
    assert len(cut(clean(text), most)) <= most


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example/a?b=1&c=2#d", "https://news.example/a?b=1&c=2#d"),
        ("http://news.example/%7Ea", "http://news.example/%7Ea"),
        ("https://news.example/a|b>c", "https://news.example/a%7Cb%3Ec"),
        ("javascript:alert(1)", None),
        ("https://bank.example@evil.example/", None),
        ("https://", None),
        ("http://[::1", None),
        ("https://news.example/\n", None),
        ("", None),
    ],
)
def test_only_plain_web_addresses_become_links(url: str, expected: str | None) -> None:
    """Nothing that could end a link early or pose as another host."""
    assert expected == address(url)
