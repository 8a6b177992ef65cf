"""27 January 2025, told again: who moved, how unusually, by which path, in order, and nothing before it was known."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.load import load
from config.types import Config
from monitor.cli import app
from monitor.market.recorded import FILES, Recorded, read_bars
from monitor.market.sessions import Calendars
from monitor.replay import (
    DAYS,
    Day,
    JsonLines,
    ReplayError,
    article,
    find_day,
    keeping,
    read_day,
    read_items,
    replay,
)
from nlp.pipeline import Pipeline
from nlp.pool import Inline

DAY = DAYS / "2025-01-27"
TIP = "2025-01-21-trump-expected-to-announce-big-private-309b59"
STARGATE = "2025-01-21-openai-softbank-and-oracle-to-invest-041892"
Lines = list[dict[str, Any]]

OVER = {
    "6857.T": -8.6, "9984.T": -8.3, "ASML.AS": -7.0, "SU.PA": -9.5, "ENR.DE": -20.0, "NVDA": -17.0, "AVGO": -17.4,
    "TSM": -13.3, "ANET": -22.4, "VRT": -29.9, "VST": -28.3, "CEG": -20.9, "GEV": -21.5, "ORCL": -13.8, "MU": -11.7,
    "AAPL": 3.2, "CRM": 4.0, "GOOGL": -4.2,
}  # fmt: skip
"""The day's real close-to-close moves in percent of stocks over the default thresholds."""


def commanded(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run as a user runs it."""
    command = [sys.executable, "-m", "monitor.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def config() -> Config:
    """The shipped configuration."""
    loaded = load(None)
    assert loaded.config
    return loaded.config


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the replay of the day keeps its store."""
    return tmp_path_factory.mktemp("replayed")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory, state: Path) -> Lines:
    """What `aftershock replay 2025-01-27 --json` prints with the shipped configuration."""
    empty = tmp_path_factory.mktemp("config")
    done = commanded("replay", "2025-01-27", "--json", "--config", str(empty), "--keep", str(state))
    assert (0, "") == (done.returncode, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def told(lines: Lines) -> dict[str, dict[str, Any]]:
    """The newest row of every stock that a root message tells, by symbol."""
    return {m["symbol"]: m for line in lines if line["kind"] in {"post", "update"} for m in line["moves"]}


def at(line: dict[str, Any]) -> datetime:
    """When a delivery was decided."""
    return datetime.fromisoformat(line["at"])


def test_every_stock_of_the_day_is_told_with_its_move(lines: Lines) -> None:
    """To a tenth of a point, by the day window."""
    moves = told(lines)
    assert OVER == {symbol: round(moves[symbol]["pct"] + 0.0, 1) if symbol in moves else None for symbol in OVER}
    assert {"day"} == {m["window"] for m in moves.values()}


def test_those_that_did_not_cross_are_not_told(lines: Lines) -> None:
    """Amazon not even at its open of -3.7 %; the digest has them as linked without crossing, if at all."""
    assert set() == {"AMZN", "META", "6146.T"} & told(lines).keys()


def test_one_message_grows_from_tokyo_to_europe_to_new_york(lines: Lines) -> None:
    """The first root is Tokyo's, Europe and New York join it; nearly all stocks are in it, each with its path."""
    first = lines[0]
    assert ("post", "2025-01-27T00:00:00Z", ["6857.T"]) == (
        first["kind"], first["at"], [m["symbol"] for m in first["moves"]],
    )  # fmt: skip
    mine = [line for line in lines if line["key"].startswith(first["key"]) and line["kind"] in {"post", "update"}]
    rows = {m["symbol"]: m for m in mine[-1]["moves"]}
    assert OVER.keys() <= rows.keys()
    assert list(rows)[:3] == ["6857.T", "9984.T", "ASML.AS"]
    assert "DeepSeek" in first["text"]
    assert {True} == {rows[s]["path"].startswith(("deepseek -", "openai -", "nvidia -", "apple")) for s in OVER}
    joins = {name: line for line in lines for name in ("Europe", "Americas") if f"First in {name}: " in line["text"]}
    assert datetime(2025, 1, 27, 8, tzinfo=UTC) == at(joins["Europe"]) < at(joins["Americas"])
    assert "First in Europe: ASML.AS -7.7 % and 4 more" == joins["Europe"]["text"].splitlines()[0]


def test_nvidias_loss_is_the_largest_in_the_data_and_apple_passes_it(lines: Lines) -> None:
    """Within 3 % of 590 bn dollars, told with the record and the change at the top."""
    assert told(lines)["NVDA"]["value_change_usd"] == pytest.approx(-590e9, rel=0.03)
    digest = lines[-1]["text"]
    assert "NVIDIA: the largest one-day loss of market value in our data" in digest
    assert "Apple passes NVIDIA as the most valuable" in digest


def test_the_day_ends_with_one_digest(lines: Lines) -> None:
    """After New York's close, with every stock that was told and those that were linked without crossing."""
    digests = [line for line in lines if line["kind"] == "digest"]
    assert digests == lines[-1:]
    assert at(digests[0]) > datetime(2025, 1, 27, 21, tzinfo=UTC)
    symbols = {m["symbol"] for m in digests[0]["moves"]}
    assert told(lines).keys() | {"AMZN", "META"} <= symbols


def updates(lines: Lines) -> Lines:
    """The redrawings of the day's first message."""
    return [line for line in lines if line["kind"] == "update" and line["key"].startswith(lines[0]["key"])]


def why(state: Path, *what: str) -> str:
    """What `aftershock why` prints of the kept replay."""
    done = CliRunner().invoke(app, ["why", *what, "--state", str(state)])
    assert 0 == done.exit_code, done.output
    return done.stdout


def test_why_nvidia_was_told(lines: Lines, state: Path) -> None:
    """From the words in the news to the rule that held, with every figure between."""
    said = why(state, "NVDA")
    steps = (
        "Told at 16:40 UTC: at least 1.5 times the largest move told this session",
        "“DeepSeek releases R1 reasoning model with open weights under the MIT licence” (opens a story)",
        "event      model release, reported: “releases”, by the rule “releases a model”",
        "company    “DeepSeek” is deepseek: name, a name that stands for nothing else; score 0.97; acts",
        "nvidia supplies deepseek, since 7 May 2024",
        "its reports say V2 and V3 were trained on H800s",
        "strength of the link                         = 0.80",
        "News of this kind points to a fall; it fell: as expected.",
        "117.53 USD of 27 Jan 16:40 UTC is fresh, good to tell",
        "move             -17.58 %   117.53 / 142.60 - 1",
        "All of the day's move came after the news.",
        "day window, row 1: move 3.0 %: -17.58 % holds; sigma 2.5: -7.4 holds -> holds",
        "13:05          told       -11.6 %, sigma -6.3    first crossing of the session",
        "16:45 to 21:01 held back",
    )
    places = [said.find(step) for step in steps]
    assert -1 not in places, steps[places.index(-1)]
    assert sorted(places) == places


def test_why_amazon_was_not(lines: Lines, state: Path) -> None:
    """Its fall at the open was the market's: what is left of it is usual, and no row holds whole."""
    said = why(state, "Amazon")
    for step in (
        "Not told: below the thresholds.",
        "deepseek -competitor-> anthropic -supplier-> amazon",
        "move              -3.68 %   226.21 / 234.85 - 1",
        "abnormal          -0.14 %   -3.68 % - (1.63 x -2.16 %); beta from 120 daily returns",
        "row 1: move 3.0 %: -3.68 % holds; sigma 2.5: -0.1 does not hold -> does not hold",
        "row 2: sigma 1.5: -0.1 does not hold; value change $50 bn: -$91 bn holds -> does not hold",
        "14:35 to 20:55 not told   -3.7 %, sigma -0.1     the price is stale",
        "21:00 to 21:01 not told   +0.2 %, sigma +1.9     below the thresholds",
    ):
        assert step in said
    assert " told  " not in said.partition("The session")[2].replace("not told  ", "")


def test_why_disco_was_below_its_threshold(lines: Lines, state: Path) -> None:
    """How near it came, over which way it is linked, and what was missing."""
    said = why(state, "6146.T")
    assert "4 looks from 00:00 UTC to 06:31 UTC; below is the one at 00:00 UTC, with the largest move" in said
    assert "(67% of row 1 reached)" in said
    assert "deepseek -supplier-> nvidia -supplier-> sk-hynix -supplier-> disco" in said
    assert "move 3.0 %: -2.80 % does not hold; sigma 2.5: -1.7 does not hold" in said


def test_why_at_a_time_tells_what_was_decided_then(lines: Lines, state: Path) -> None:
    """The first alert of Nvidia, and the state an hour before it."""
    assert "Told at 13:05 UTC: first crossing of the session" in why(state, "NVDA", "2025-01-27 13:05")
    assert "Not told: the price is stale." in why(state, "NVDA", "12:00")


def test_why_of_a_message_and_of_a_story(lines: Lines, state: Path) -> None:
    """A message tells of its stocks, the story of all that it was linked to, told or not."""
    reply = next(line for line in lines if line["kind"] == "reply" and "NVDA crosses" in line["text"])
    said = why(state, reply["key"])
    assert "Reply of 27 Jan 13:05 UTC" in said
    assert "Told at 13:05 UTC" in said
    update = updates(lines)[-1]
    assert len(update["moves"]) == why(state, update["key"]).count(", told: ")
    told_of = why(state, lines[0]["story"])
    assert "Told (26)" in told_of
    assert "6146.T -2.8 %, not told: below the thresholds (67% of row 1 reached)" in told_of


def test_why_as_json_is_the_trace_itself(lines: Lines, state: Path) -> None:
    """Values as they were decided on, for other programs."""
    found = json.loads(why(state, "NVDA", "--json"))
    entry = found["entries"][found["shown"]]
    candidate = entry["decision"]["candidate"]
    assert ("alert", "NVDA", 142.6) == (
        entry["decision"]["verdict"], candidate["symbol"], round(candidate["day"]["base_price"], 2),
    )  # fmt: skip
    assert ["supplier"] == [hop["kind"] for hop in candidate["tie"]["hops"]]
    assert ["down", "releases a model"] == [candidate["tie"]["expected"], found["evidence"][0]["rule"]]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (("NVDA", "2024-05-01"), "There is something of 2025-01-27"),
        (("NVDA", "noon"), "write a day (2025-01-27), a time in UTC (14:30), or both"),
        (("KO",), "it is on no watchlist"),
        (("no such thing",), "no symbol, no company's name, no story and no message"),
        (("#ai-aftershocks/2025-01-27/nothing",), "no message of that key"),
    ],
)
def test_why_says_what_there_is_instead(lines: Lines, state: Path, what: tuple[str, ...], says: str) -> None:
    """One line, exit code 2."""
    done = CliRunner().invoke(app, ["why", *what, "--state", str(state)])
    assert (2, True) == (done.exit_code, says in " ".join(done.output.split()))


def test_a_replay_is_kept_only_where_no_daemon_keeps_its_state(tmp_path: Path) -> None:
    """An earlier replay is written over, anything else is left alone."""
    day = read_day(DAY, Calendars())
    keeping(tmp_path / "new", day)
    (tmp_path / "new" / "aftershock.db").write_text("of an earlier replay")
    keeping(tmp_path / "new", day)
    assert not (tmp_path / "new" / "aftershock.db").exists()
    (tmp_path / "aftershock.db").write_text("a daemon's")
    with pytest.raises(ReplayError, match="a daemon keeps its state here"):
        keeping(tmp_path, day)


def test_the_day_s_joins_are_said(lines: Lines) -> None:
    """Every told stock came after its linked news or without any; most went as expected, none is hidden."""
    digest = lines[-1]["text"]
    assert "26 moves after the linked news:" in digest
    assert "1 move without linked news: CCJ" in digest
    assert "stocks with linked news and no move over the thresholds" in digest
    assert "NVDA: deepseek -supplier-> nvidia\n" in updates(lines)[-1]["text"]
    assert "26 moves after the linked news: 20 as expected, " in updates(lines)[-1]["text"]


def test_a_stock_in_several_stories_is_told_under_one(lines: Lines) -> None:
    """No symbol stands in two root messages; other stories that reach it are named beside it."""
    roots: dict[str, set[str]] = {}
    for line in lines:
        if line["kind"] in {"post", "update"}:
            for move in line["moves"]:
                roots.setdefault(move["symbol"], set()).add(line["key"].partition("#u")[0])
    assert {1} == set(map(len, roots.values()))
    assert "Also linked to: " in lines[0]["text"]


def test_stargate_and_deepseek_are_told_apart(lines: Lines, state: Path) -> None:
    """On the 27th nothing is told under Stargate, which is known as a story of its own."""
    assert STARGATE not in {line["story"] for line in lines}
    said = why(state, STARGATE)
    assert "OpenAI, SoftBank and Oracle to invest up to $500 billion in Stargate" in said
    assert "DeepSeek" not in said


async def test_the_22nd_is_told_under_stargate(config: Config) -> None:
    """SoftBank in Tokyo first, then Oracle, Arm and Microsoft, each the way that the news lets expect."""
    calendars = Calendars()
    items = tuple(a for a in read_items(DAY / "items.jsonl") if a.seen.date() <= date(2025, 1, 22))
    day = Day(date(2025, 1, 22), items, Recorded.read(DAY, calendars))
    again = await told_again(day, config, calendars)
    stories = {m["symbol"]: line["story"] for line in again if line["kind"] != "digest" for m in line["moves"]}
    assert dict.fromkeys(("9984.T", "ORCL", "ARM", "MSFT"), STARGATE) == {
        symbol: stories.get(symbol) for symbol in ("9984.T", "ORCL", "ARM", "MSFT")
    }
    assert ["9984.T"] == [m["symbol"] for m in again[0]["moves"]]
    assert "9984.T: softbank is named in the news itself" in again[0]["text"]


async def test_oracle_s_rise_on_the_21st_is_told_under_the_tip_of_stargate(config: Config) -> None:
    """The venture is official only after the close; two hours before, one outlet names those who are to form it."""
    calendars = Calendars()
    items = tuple(a for a in read_items(DAY / "items.jsonl") if a.seen.date() <= date(2025, 1, 21))
    again = await told_again(Day(date(2025, 1, 21), items, Recorded.read(DAY, calendars)), config, calendars)
    told = [line for line in again if line["kind"] != "digest" and any(m["symbol"] == "ORCL" for m in line["moves"])]
    assert {TIP} == {line["story"] for line in told}


def test_deliveries_come_in_order_and_keys_once(lines: Lines) -> None:
    """Time never goes back; no key is used twice; no move is later than its message."""
    assert sorted(map(at, lines)) == list(map(at, lines))
    assert len(lines) == len({line["key"] for line in lines})
    assert all(datetime.fromisoformat(m["time"]) <= at(line) for line in lines for m in line["moves"])


async def told_again(day: Day, config: Config, calendars: Calendars) -> Lines:
    """The deliveries of a day, replayed in this process."""
    out: list[str] = []
    analyzer = Inline(Pipeline(config.companies, config.lexicon))
    await replay(day, config, analyzer, JsonLines(out.append), calendars)
    return [json.loads(line) for line in out]


def until(moment: datetime, calendars: Calendars) -> Day:
    """The day as it was known at a moment: later items and bars do not exist."""
    path = next(DAY / name for name in FILES if (DAY / name).is_file())
    series = read_bars(path)
    for one in series:
        one.daily = {day: bar for day, bar in one.daily.items() if day <= moment.date()}
        one.starts = {start: close for start, close in one.starts.items() if start <= moment}
    items = tuple(a for a in read_items(DAY / "items.jsonl") if a.seen <= moment)
    return Day(date(2025, 1, 27), items, Recorded(series, calendars))


async def test_nothing_is_said_before_it_could_be_known(lines: Lines, config: Config) -> None:
    """With all that came after 15:00 UTC taken away, what was said by then is the same to the letter."""
    moment = datetime(2025, 1, 27, 15, tzinfo=UTC)
    calendars = Calendars()
    again = await told_again(until(moment, calendars), config, calendars)
    assert [line for line in lines if at(line) <= moment] == [line for line in again if at(line) <= moment]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recorded day of one's own: a made-up lab's release and a fall of Nvidia, with a watchlist."""
    days = [date(2025, 3, 12) - timedelta(days=n) for n in range(90, -1, -1)]
    bars = ["date,symbol,open,high,low,close,volume,currency"]
    for n, day in enumerate(d for d in days if d.isoweekday() < 6):
        swing = 1 + 0.01 * (-1) ** (n % 3 == 0)
        nvda = 88.0 if day == days[-1] else 100 * swing
        bars.append(f"{day},NVDA,{100 * swing if day != days[-1] else 90},,,{nvda},,USD")
        bars.append(f"{day},SPY,500,,,{500 + 0.5 * (-1) ** n},,USD")
    (tmp_path / "bars.csv").write_text("\n".join(bars) + "\n", encoding="utf-8")
    item = {
        "id": "1", "feed": "wire", "link": "https://wire.example/1", "published": "2025-03-12T12:00:00Z",
        "seen": "2025-03-12T12:04:00Z", "title": "Nvidia delays its next Blackwell AI chip", "summary": "",
    }  # fmt: skip
    (tmp_path / "items.jsonl").write_text(json.dumps(item) + "\n", encoding="utf-8")
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "one.yaml").write_text('name: One\nchannel: "#one"\ncompanies: [NVDA]\n')
    return tmp_path


def test_a_recorded_day_of_ones_own_is_told_with_its_own_watchlist(folder: Path) -> None:
    """The date is the last item's; the news of the morning is linked, and the move since it decides as well."""
    done = commanded("replay", str(folder), "--json")
    assert (0, "") == (done.returncode, done.stderr)
    post = json.loads(done.stdout.splitlines()[0])
    assert ("post", "2025-03-12T13:30:00Z") == (post["kind"], post["at"])
    assert {"NVDA": "nvidia"} == {m["symbol"]: m["path"] for m in post["moves"]}
    assert post["story"].startswith("2025-03-12-nvidia-delays")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda d: (d / "bars.csv").unlink(), "no prices here"),
        (lambda d: (d / "items.jsonl").write_text('{"id": 1}\n'), r"items.jsonl:1: 'title' is missing"),
        (lambda d: (d / "items.jsonl").write_text("no json\n"), "items.jsonl:1: Expecting value"),
        (
            lambda d: (d / "bars.csv").write_text("date,symbol,close\n2025-03-12,NVDA,cheap\n"),
            "bars.csv:2: close 'cheap'",
        ),
        (lambda d: (d / "items.jsonl").unlink(), "no recorded day"),
    ],
)
def test_a_day_that_cannot_be_read_is_told_in_a_line(folder: Path, damage: Any, says: str) -> None:  # noqa: ANN401  lambdas of several types
    """File, line and what is wrong; exit code 2, no traceback."""
    damage(folder)
    done = commanded("replay", str(folder), "--json")
    assert 2 == done.returncode
    assert says.replace("\\", "") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_time_without_a_zone_is_refused() -> None:
    """It could be anybody's noon."""
    with pytest.raises(ValueError, match="has no time zone"):
        article({"id": "1", "title": "T", "seen": "2025-01-27T12:00:00"})


def test_shipped_days_are_found_by_date_and_named_if_not() -> None:
    """The message lists what there is."""
    assert DAY == find_day("2025-01-27")
    with pytest.raises(ReplayError, match="2025-01-27"):
        find_day("1999-01-01")


def test_the_date_of_a_day_is_its_folders_name() -> None:
    """Also when its last item is of another day."""
    assert date(2025, 1, 27) == read_day(DAY, Calendars()).date
