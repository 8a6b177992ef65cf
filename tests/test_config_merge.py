"""The user's files over the shipped ones: settings, companies, relations, feeds and event rules."""

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from config.load import fingerprint, load
from config.types import (
    Alias,
    AliasClass,
    Company,
    Config,
    EventRule,
    EventType,
    Feed,
    Instrument,
    Keep,
    Limits,
    QuietHours,
    Relation,
    RelationKind,
    Settings,
    ShareCount,
)
from standins.folders import loaded, told, write


def made(folder: Path, files: dict[str, str], *, shipped: bool = False) -> Config:
    """The configuration of these files, which have nothing wrong with them."""
    result = load(write(folder, files), shipped=True) if shipped else loaded(folder, files)
    assert () == result.problems
    assert result.config is not None
    return result.config


def test_every_setting_is_read_in_its_unit(tmp_path: Path) -> None:
    """A settings file with every line in use."""
    text = """\
channel: "#desk"
contact: desk@example.com
schedule: {news: 2 min, prices: 30 s, delivery: 1 s}
network: {allow: ["127.0.0.1:8000", News.intra]}
links: {max_steps: 2, min_strength: 0.25}
workers: 2
quiet_hours: 22:00-07:00 Europe/Berlin
operator: {no_feed: 2 h, no_price: 45 min, undelivered: 5 min, disk_free: 2 GB}
keep: {articles: 6 months, ledger: 1 year, messages: 8 weeks, copies: 7}
"""
    assert (
        Settings(
            channel="#desk",
            contact="desk@example.com",
            poll_news=timedelta(minutes=2),
            poll_prices=timedelta(seconds=30),
            poll_delivery=timedelta(seconds=1),
            allow=frozenset({"127.0.0.1:8000", "news.intra"}),
            max_steps=2,
            min_strength=0.25,
            workers=2,
            quiet=QuietHours(time(22), time(7), "Europe/Berlin"),
            limits=Limits(timedelta(hours=2), timedelta(minutes=45), timedelta(minutes=5), 2 * 2**30),
            keep=Keep(timedelta(days=180), timedelta(days=365), timedelta(days=56), 7),
        )
        == made(tmp_path, {"aftershock.yaml": text}).settings
    )


def test_sections_whose_lines_are_commented_out_say_nothing(tmp_path: Path) -> None:
    """A file of comments, and sections of comments, leave every default in force."""
    assert Settings() == made(tmp_path, {"aftershock.yaml": "# all of it\n"}).settings
    sections = "schedule:\n  # news: 1 min\nlinks:\nnetwork:\n  allow:\nfeeds:\n  add:\n  drop:\n"
    assert Settings() == made(tmp_path, {"aftershock.yaml": sections}).settings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chanel: x\n", "1:1: chanel is not known here: did you mean channel?"),
        ("schedule: {news: 0 s}\n", "1:18: too often: write 1 s or more"),
        ("schedule: 5 min\n", "1:11: 5 min stands alone: write it with its name, `name: 5 min`"),
        ("links: {max_steps: 4}\n", "1:20: 4 cannot be: write 3 or less"),
        ("links: {max_steps: 1.5}\n", "1:20: 1.5 is not a plain number: write it like 3 or 0.5"),
        ("links: {min_strength: 0}\n", "1:23: 0 cannot be: write more than 0"),
        ("workers: 0\n", "1:10: 0 cannot be: write 1 or more"),
        (
            "network: {allow: http://news.intra/rss}\n",
            "1:18: http://news.intra/rss is no host: write a name or address, with a port if need be, like news.intra",
        ),
        ("network: {allow: [http://]}\n", "1:19: http:// is no host: write a name or address, with a port if need be"),
        ("channel: [a, b]\n", "1:10: one text is expected here, not a list"),
        ("quiet_hours: [a]\n", "1:14: one text is expected here, not a list"),
        (
            "contact: Jürgen\n",
            "1:10: Jürgen: write an e-mail address or a web address in plain letters (it is sent to publishers)",
        ),
        ("feeds: {ad: []}\n", "1:9: ad is not known here: did you mean add?"),
        (
            "feeds: {drop: [nobody]}\n",
            "1:16: there is no feed nobody: write the id of a feed, as `aftershock feeds` lists them",
        ),
        (
            "feeds: {add: [{id: My Feed, name: x, url: 'https://x.com'}]}\n",
            "1:20: My Feed is no id: write small letters, digits and dashes, like my-feed",
        ),
        ("feeds: {add: [{id: a, url: x.com/rss}]}\n", "1:15: name is missing: add `name: ...`"),
        (
            "feeds: {add: [{id: a, name: a, url: x.com/rss}]}\n",
            "1:37: x.com/rss is no address of a feed: write one that starts with https:// or http://",
        ),
    ],
)
def test_a_wrong_setting_says_what_to_write(text: str, expected: str, tmp_path: Path) -> None:
    """One line with its place for each mistake."""
    assert expected == told(tmp_path, {"aftershock.yaml": text})[0].removeprefix("aftershock.yaml:")


def test_a_company_is_read_with_all_its_names(tmp_path: Path) -> None:
    """The more careful of two claims for a name counts; the name comes first; receipts and share counts are kept."""
    text = """\
alphabet:
  name: Gemini
  symbols: [GOOGL, {symbol: GGL.L, per: 0.5, currency: USD}]
  aliases: [Alphabet Inc]
  cased: [ALPHA]
  doubtful: [Gemini, Alphabet]
  brands: [YouTube]
  doubtful_brands: [Bard]
  people: [Sundar Pichai]
  groups: [cloud]
  ai_business: true
  shares: {count: 12.1B, as_of: 2025-01-28, source: "Form 10-K, cover page"}
"""
    assert (
        Company(
            id="alphabet",
            name="Gemini",
            aliases=(
                Alias("Gemini", "name", AliasClass.DOUBTFUL),
                Alias("YouTube", "brand"),
                Alias("Sundar Pichai", "person"),
                Alias("Alphabet Inc"),
                Alias("ALPHA", "name", AliasClass.CASED),
                Alias("Bard", "brand", AliasClass.DOUBTFUL),
                Alias("Alphabet", "name", AliasClass.DOUBTFUL),
            ),
            instruments=(Instrument("GOOGL", "XNYS", "USD"), Instrument("GGL.L", "XLON", "USD", 0.5)),
            groups=("cloud",),
            ai_business=True,
            shares=ShareCount(12.1e9, date(2025, 1, 28), "Form 10-K, cover page"),
        )
        == made(tmp_path, {"companies.yaml": text}).companies["alphabet"]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AMD Inc: {name: AMD}\n", "1:1: AMD Inc is no id: write small letters, digits and dashes, like amd-inc"),
        ("amd: {symbols: [AMD]}\n", "1:1: amd is a new company: add `name: ...`"),
        ("amd:\n", "1:1: there is nothing here: write `name: value` lines below, or remove it"),
        ("amd: {name: AMD, alias: [A M D]}\n", "1:18: alias is not known here: did you mean aliases?"),
        ("amd: {name: AMD, symbols: }\n", "1:18: there is nothing here: write a value, or remove the line"),
        (
            "brk: {name: BRK, symbols: [BRK.B]}\n",
            "1:28: BRK.B: no exchange has the suffix .B here; Yahoo writes classes of US shares with a dash: BRK-B",
        ),
        (
            "amd: {name: AMD, symbols: ['$AMD']}\n",
            "1:28: $AMD is no Yahoo symbol: write it like NVDA, BRK-B, ASML.AS or 6857.T",
        ),
        (
            "amd: {name: AMD, symbols: [{symbol: AMD.L, currency: usd}]}\n",
            "1:54: usd is no currency: write three capitals like EUR, or GBX for pence",
        ),
        (
            "amd: {name: AMD, symbols: [{symbol: AMD.L, currncy: USD}]}\n",
            "1:44: currncy is not known here: did you mean currency?",
        ),
        ("amd: {name: AMD, symbols: [AMD, AMD]}\n", "1:18: AMD is listed twice: remove one"),
        ("amd: {name: AMD, shares: {count: 1B, as_of: 2025-01-01}}\n", "1:26: source is missing: add `source: ...`"),
        ("amd: {name: HP}\n", "1:1: HP is too short to be trusted in any case: put it under cased or doubtful"),
    ],
)
def test_a_wrong_company_says_what_to_write(text: str, expected: str, tmp_path: Path) -> None:
    """One line with its place for each mistake."""
    assert [f"companies.yaml:{expected}"] == told(tmp_path, {"companies.yaml": text})


def test_two_companies_cannot_share_a_symbol_and_should_not_share_a_name(tmp_path: Path) -> None:
    """A doubled symbol is fatal, a doubled name a warning; both name the other place."""
    text = "amd:\n  name: AMD\n  symbols: [AMD]\nother:\n  name: Other\n  aliases: [Amd]\n  symbols: [AMD]\n"
    problems = loaded(tmp_path, {"companies.yaml": text}).problems
    place = f"{tmp_path}/companies.yaml, line 1"
    assert [
        (4, f"Amd stands for amd too ({place}): put it under doubtful in both, or remove it from one", False),
        (7, f"AMD is a symbol of amd already ({place}): keep one", True),
    ] == [(problem.line, problem.message, problem.fatal) for problem in problems]


def test_a_users_company_changes_only_what_it_writes(tmp_path: Path) -> None:
    """A shipped company keeps its other fields; a new one is added and can be watched."""
    config = made(
        tmp_path,
        {
            "companies.yaml": "nvidia:\n  aliases: [Team Green]\ndecart:\n  name: Decart Labs\n  symbols: [DCRT]\n",
            "watchlists/mine.yaml": "companies: [Decart Labs, team green]\n",
        },
        shipped=True,
    )
    nvidia = config.companies["nvidia"]
    assert ("NVIDIA", "NVDA", True) == (nvidia.name, nvidia.symbol, nvidia.ai_business)
    assert "Team Green" in {alias.text for alias in nvidia.aliases}
    assert [("mine", ("DCRT", "NVDA"))] == [
        (one.name, tuple(w.symbol for w in one.companies)) for one in config.watchlists
    ]
    assert config.by_symbol["DCRT"] is config.companies["decart"]
    assert Instrument("DCRT", "XNYS", "USD") == config.instrument("DCRT")


def test_a_shipped_watchlist_outlives_what_users_do_to_its_companies(tmp_path: Path) -> None:
    """A company whose listing the user changed leaves the shipped list with a warning, not with an error."""
    result = load(write(tmp_path, {"companies.yaml": "nvidia: {symbols: [NVD.DE]}\n"}))
    assert result.config is not None
    assert [("ai.yaml", False)] == [(Path(problem.file).name, problem.fatal) for problem in result.problems]
    assert "NVDA" not in {entry.symbol for entry in result.config.watchlists[0].companies}


RELATIONS = """\
nvidia:
  supplier:
    - {to: tsmc, strength: 0.9, since: 2018-01-01, until: 2030-12-31, note: "makes its GPUs"}
  competitor:
    - {to: openai, strength: .5, sign: -1}
"""


def test_relations_are_read_with_their_direction_and_dates(tmp_path: Path) -> None:
    """In `nvidia: supplier: tsmc` TSMC is Nvidia's supplier; names and symbols will do for ids."""
    supplier = Relation(
        "nvidia", "tsmc", RelationKind.SUPPLIER, 0.9, 1, date(2018, 1, 1), date(2030, 12, 31), "makes its GPUs"
    )
    rival = Relation("nvidia", "openai", RelationKind.COMPETITOR, 0.5, -1)
    assert (supplier, rival) == made(tmp_path, {"relations.yaml": RELATIONS}).relations
    by_name = RELATIONS.replace("to: tsmc", "to: TSM").replace("nvidia:", "NVIDIA:").replace("openai", "OpenAI")
    assert (supplier, rival) == made(tmp_path, {"relations.yaml": by_name}).relations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "nvidia: {suplier: [{to: tsmc, strength: 1}]}\n",
            "1:10: suplier is no kind of relation: did you mean supplier?",
        ),
        (
            "nvidea: {supplier: [{to: tsmc, strength: 1}]}\n",
            "1:1: nvidea is in no companies.yaml: did you mean nvidia?",
        ),
        ("nvidia: {supplier: [{to: tmsc, strength: 1}]}\n", "1:26: tmsc is in no companies.yaml: did you mean tsmc?"),
        ("nvidia: {supplier: [{to: vw, strength: 1}]}\n", "1:26: vw is in no companies.yaml: add it there first"),
        (
            "nvidia: {supplier: [{to: nvidia, strength: 1}]}\n",
            "1:21: nvidia is related to itself: write another company",
        ),
        ("nvidia: {supplier: [{to: tsmc}]}\n", "1:21: strength is missing: add `strength: ...`"),
        ("nvidia: {supplier: [{to: tsmc, strength: 2}]}\n", "1:42: 2 cannot be: write 1 or less"),
        (
            "nvidia: {supplier: [{to: tsmc, strength: 1, sign: +}]}\n",
            "1:51: +: write 1 (both move together) or -1 (they part)",
        ),
        (
            "nvidia: {supplier: [{to: tsmc, strength: 1, since: 2025-02-01, until: 2025-01-01}]}\n",
            "1:21: until 2025-01-01 is before since 2025-02-01: swap them, or remove one",
        ),
        (
            "nvidia: {supplier: [{to: tsmc, strength: 0}]}\n",
            "1:21: there is no such relation to remove: set a strength above 0, or remove the line",
        ),
    ],
)
def test_a_wrong_relation_says_what_to_write(text: str, expected: str, tmp_path: Path) -> None:
    """One line with its place for each mistake."""
    assert [f"relations.yaml:{expected}"] == told(tmp_path, {"relations.yaml": text})


def test_a_relation_said_twice_is_pointed_out_unless_its_times_part(tmp_path: Path) -> None:
    """From the other end it is the same edge; before and after a date it is two."""
    twice = RELATIONS + "tsmc:\n  customer:\n    - {to: nvidia, strength: 0.9}\n"
    (line,) = told(tmp_path, {"relations.yaml": twice})
    assert line.startswith("relations.yaml:8:7: tsmc -customer-> nvidia is said already (")
    assert line.endswith("relations.yaml, line 3): remove one (an edge is walked from both ends)")
    parted = twice.replace("strength: 0.9}", "strength: 0.9, since: 2031-01-01}")
    assert 3 == len(made(tmp_path, {"relations.yaml": parted}).relations)


def test_a_users_relation_replaces_or_removes_a_shipped_one_from_either_end(tmp_path: Path) -> None:
    """Strength 0 removes; another strength replaces; a new one is added."""
    shipped = load(None).config
    assert shipped is not None
    assert {("nvidia", "tsmc", "supplier")} <= {(r.source, r.target, r.kind.value) for r in shipped.relations}
    config = made(
        tmp_path,
        {
            "relations.yaml": (
                "tsmc: {customer: [{to: nvidia, strength: 0}]}\nibm: {partner: [{to: legrand, strength: 0.2}]}\n"
            )
        },
        shipped=True,
    )
    before, after = set(shipped.relations), set(config.relations)
    assert {("nvidia", "tsmc")} == {(r.source, r.target) for r in before - after}
    assert {Relation("ibm", "legrand", RelationKind.PARTNER, 0.2)} == after - before


def test_feeds_can_be_added_dropped_and_chosen(tmp_path: Path) -> None:
    """A feed of one's own, one fewer of the shipped, or only some."""
    shipped = load(None).config
    assert shipped is not None
    first, second = shipped.feeds[:2]
    own = "add: [{id: our-desk, name: Our desk, url: 'https://news.example.com/rss'}]"
    ours = Feed("our-desk", "https://news.example.com/rss", "Our desk")
    text = f"feeds:\n  {own}\n  drop: [{first.id}]\n"
    assert (*shipped.feeds[1:], ours) == made(tmp_path, {"aftershock.yaml": text}, shipped=True).feeds
    text = f"feeds:\n  {own}\n  only: [our-desk, {second.id}]\n"
    assert (second, ours) == made(tmp_path, {"aftershock.yaml": text}, shipped=True).feeds


def test_a_misspelled_feed_is_guessed_and_a_doubled_one_told(tmp_path: Path) -> None:
    """Ids are checked against the feeds there are."""
    entry = "{id: our-desk, name: Our desk, url: 'https://news.example.com/rss'}"
    text = f"feeds:\n  add:\n    - {entry}\n    - {entry}\n  drop: [our-dsk]\n"
    assert [
        "aftershock.yaml:4:12: the id our-desk is taken, on line 3: change one",
        "aftershock.yaml:5:10: there is no feed our-dsk: did you mean our-desk?",
    ] == told(tmp_path, {"aftershock.yaml": text})


def test_a_users_event_rules_and_words_join_the_shipped_ones(tmp_path: Path) -> None:
    """A rule of the same type and name replaces the shipped one; words are added."""
    shipped = load(None).config
    assert shipped is not None
    replaced = next(rule for rule in shipped.lexicon.rules if rule.type is EventType.FUNDING)
    text = f"""\
words: {{ai: [Wafer-Scale]}}
rules:
  funding:
    - {{name: {replaced.name}, verbs: [Raise], score: 0.5, tests: [Acme raises money]}}
  research:
    - {{name: our own, phrases: [paper shows], any_topic: true}}
"""
    lexicon = made(tmp_path, {"events.yaml": text}, shipped=True).lexicon
    assert (*shipped.lexicon.ai_words, "wafer-scale") == lexicon.ai_words
    assert {
        EventRule(EventType.FUNDING, replaced.name, verbs=("raise",), score=0.5),
        EventRule(EventType.RESEARCH, "our own", phrases=("paper shows",), any_topic=True),
    } == set(lexicon.rules) - set(shipped.lexicon.rules)
    assert len(shipped.lexicon.rules) + 1 == len(lexicon.rules)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("words: {aii: [x]}\n", "1:9: aii is not known here: did you mean ai?"),
        ("rules: {fundin: []}\n", "1:9: fundin is no event type: did you mean funding?"),
        (
            "rules: {funding: [{name: a}]}\n",
            "1:19: nothing triggers this rule: write at least one of verbs, nouns, phrases",
        ),
        ("rules: {funding: [{name: a, verbs: [b], score: 3}]}\n", "1:48: 3 cannot be: write 1 or less"),
        (
            "rules: {funding: [{name: a, verbs: [b]}, {name: a, verbs: [c]}]}\n",
            "1:49: funding has a rule named a already: give it another name",
        ),
    ],
)
def test_a_wrong_event_rule_says_what_to_write(text: str, expected: str, tmp_path: Path) -> None:
    """One line with its place for each mistake."""
    assert [f"events.yaml:{expected}"] == told(tmp_path, {"events.yaml": text})


def test_the_fingerprint_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    """Comments and order of keys change nothing; any value does."""
    text = "channel: '#a'\nschedule: {news: 5 min, prices: 1 min}\n"
    first = made(tmp_path / "a", {"aftershock.yaml": text, "relations.yaml": RELATIONS})
    again = "# the same\nschedule:\n  prices: 60 s\n  news: 300 s\nchannel: '#a'\n"
    assert re.fullmatch("[0-9a-f]{64}", first.fingerprint)
    assert first.fingerprint == fingerprint(first)
    same = made(tmp_path / "b", {"aftershock.yaml": again, "relations.yaml": RELATIONS})
    assert first.fingerprint == same.fingerprint
    for changed in (RELATIONS.replace("0.9", "0.8"), RELATIONS.replace("GPUs", "chips")):
        other = made(tmp_path / "c", {"aftershock.yaml": text, "relations.yaml": changed})
        assert first.fingerprint != other.fingerprint
