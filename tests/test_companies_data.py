"""The shipped companies and relations: whole, unambiguous, and dated so that a replayed day knows only its past."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import mean

import pytest
import spacy
from spacy.pipeline import Lemmatizer

from config.exchanges import exchange_of
from config.load import Loaded, load
from config.types import AliasClass, Company, Config, EventType, Relation, RelationKind
from monitor.links import MOST_REACHED, Graph, derive
from monitor.types import Fact, Link, Story
from nlp.pipeline import installed_model

MONDAY = date(2025, 1, 27)
WRITTEN = date(2026, 11, 30)
FOLLOW = frozenset(RelationKind) - {RelationKind.OWNER}
STEPS_OF_THE_SCALE = {round(n / 10, 1) for n in range(1, 11)}

TABLE = {
    "6857.T": "advantest",
    "9984.T": "softbank",
    "6146.T": "disco",
    "ASML.AS": "asml",
    "SU.PA": "schneider-electric",
    "ENR.DE": "siemens-energy",
    "NVDA": "nvidia",
    "AVGO": "broadcom",
    "TSM": "tsmc",
    "ANET": "arista",
    "VRT": "vertiv",
    "VST": "vistra",
    "CEG": "constellation",
    "GEV": "ge-vernova",
    "ORCL": "oracle",
    "MU": "micron",
    "MSFT": "microsoft",
    "GOOGL": "alphabet",
    "META": "meta",
    "AMZN": "amazon",
    "AAPL": "apple",
    "CRM": "salesforce",
}
BEYOND_THE_TABLE = [
    "siemens",
    "legrand",
    "amd",
    "arm",
    "marvell",
    "super-micro",
    "dell",
    "eaton",
    "nrg",
    "oklo",
    "sk-hynix",
    "applied-materials",
    "tokyo-electron",
    "coreweave",
]
ORDINARY_WORDS_THAT_STAND_FOR_THE_COMPANY = {
    "airbus",
    "amex",
    "balenciaga",
    "cisco",
    "deere",
    "disney",
    "gillette",
    "google",
    "levi's",
    "marvell",
    "pepsi",
    "siemens",
    "tesla",
    "toyota",
    "tylenol",
}
"""In the model's word list, and yet hardly ever anything else in a headline."""


def shipped() -> Loaded:
    """What ships, without anything of a user."""
    return load(None)


def config() -> Config:
    """The shipped configuration; a problem in it would be the test's message."""
    loaded = shipped()
    assert loaded.config is not None, loaded.problems
    return loaded.config


CONFIG = config()
COMPANIES = list(CONFIG.companies.values())
RELATIONS = CONFIG.relations
GRAPH = Graph.of(RELATIONS)


def reached(company: str, on: date, follow: frozenset[RelationKind] = FOLLOW) -> dict[str, Link]:
    """Every company that a story about `company` alone reaches that day, with the shipped steps and floor."""
    now = datetime(on.year, on.month, on.day, tzinfo=UTC)
    fact = Fact(EventType.MODEL_RELEASE, company, "reported", "", 0.9)
    story = Story("s", "h", now, now, now, (fact,), {company: 1.0}, (), (), frozenset({"wire"}))
    settings = CONFIG.settings
    return derive(
        story,
        GRAPH,
        follow=follow,
        on=on,
        max_steps=settings.max_steps,
        min_strength=settings.min_strength,
    )


def said(relation: Relation) -> tuple[str, RelationKind, str]:
    """The edge, the same from whichever end it is written."""
    if relation.kind is RelationKind.CUSTOMER:
        return relation.target, RelationKind.SUPPLIER, relation.source
    if relation.kind in {RelationKind.COMPETITOR, RelationKind.PARTNER}:
        return min(relation.source, relation.target), relation.kind, max(relation.source, relation.target)
    return relation.source, relation.kind, relation.target


def test_the_shipped_files_have_no_problem() -> None:
    """A user who wrote nothing yet is told of nothing to mend."""
    assert () == shipped().problems


def test_the_whole_field_is_there() -> None:
    """Enough companies and relations of every kind to cover the field, and of every group that messages speak of."""
    assert len(COMPANIES) >= 600
    assert len(RELATIONS) >= 1000
    kinds = Counter(relation.kind for relation in RELATIONS)
    assert [] == [kind for kind in RelationKind if kinds[kind] < 20]
    groups = Counter(group for company in COMPANIES for group in company.groups)
    for group in ("ai-labs", "chips", "memory", "foundries", "equipment", "eda", "servers", "networking", "optical"):
        assert groups[group] >= 2, group
    for group in ("electrical", "cooling", "power", "nuclear", "cloud", "ai-cloud", "software", "robots", "autonomy"):
        assert groups[group] >= 5, group


def test_ids_and_names_are_plain_and_unique() -> None:
    """An id is what a person would type; no two companies are shown under one name."""
    assert [] == [c.id for c in COMPANIES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", c.id)]
    names = Counter(c.name.casefold() for c in COMPANIES)
    assert [] == [name for name, times in names.items() if times > 1]


def test_every_symbol_belongs_to_one_company_and_a_known_exchange() -> None:
    """A price can be asked for under every symbol, in the exchange's own currency, and goes to one company."""
    symbols = Counter(i.symbol for c in COMPANIES for i in c.instruments)
    assert [] == [symbol for symbol, times in symbols.items() if times > 1]
    for company in COMPANIES:
        for instrument in company.instruments:
            exchange = exchange_of(instrument.symbol)
            assert (exchange.mic, exchange.currency) == (instrument.exchange, instrument.currency), instrument.symbol
            assert instrument.shares_per_receipt > 0


def test_a_name_stands_for_one_company() -> None:
    """No way of naming a company is claimed by a second, doubtful ones included; tickers count in their dress only."""
    owners: dict[str, set[str]] = {}
    for company in COMPANIES:
        for alias in (alias for alias in company.aliases if alias.via != "ticker"):
            owners.setdefault(alias.text.casefold(), set()).add(company.id)
    assert {} == {text: ids for text, ids in owners.items() if len(ids) > 1}


def test_ordinary_words_are_not_trusted_on_sight() -> None:
    """A name that an English dictionary has as well needs its capitals at least: no company named in "a writer"."""
    model = spacy.load(installed_model(), exclude=["tok2vec", "tagger", "parser", "ner", "attribute_ruler"])
    lemmatizer = model.get_pipe("lemmatizer")
    assert isinstance(lemmatizer, Lemmatizer)
    index = lemmatizer.lookups.get_table("lemma_index")
    words = {word for part_of_speech in index.values() for word in part_of_speech}
    trusted = {a.text.lower() for c in COMPANIES for a in c.aliases if a.trust is AliasClass.SAFE}
    assert ORDINARY_WORDS_THAT_STAND_FOR_THE_COMPANY == trusted & words


@pytest.mark.parametrize("word", ["Apple", "Meta", "Arm", "Disco", "Oracle", "Target", "Block", "Snowflake", "Runway"])
def test_everyday_words_are_doubtful(word: str) -> None:
    """The worst of them need more than a capital."""
    trusts = {a.trust for c in COMPANIES for a in c.aliases if a.text == word}
    assert {AliasClass.DOUBTFUL} == trusts


def test_relations_join_two_known_companies() -> None:
    """No edge leads out of the registry or back to where it starts."""
    assert [] == [r for r in RELATIONS if {r.source, r.target} - CONFIG.companies.keys() or r.source == r.target]


def test_an_edge_is_written_once() -> None:
    """Neither twice at one end nor again at the other for any of the same days."""
    known: dict[tuple[str, RelationKind, str], list[Relation]] = {}
    doubled = []
    for relation in RELATIONS:
        for other in known.setdefault(said(relation), []):
            starts = max(relation.since or date.min, other.since or date.min)
            if starts <= min(relation.until or date.max, other.until or date.max):
                doubled.append((relation, other))
        known[said(relation)].append(relation)
    assert [] == doubled


def test_every_edge_says_why_how_strong_and_since_when() -> None:
    """Each has a note in words, a strength on the scale, a sign, and dates in order that were past when written."""
    for relation in RELATIONS:
        assert len(relation.note) >= 4, relation
        assert relation.strength in STEPS_OF_THE_SCALE, relation
        assert relation.sign in {1, -1}, relation
        assert (relation.since or date.min) <= min(relation.until or date.max, WRITTEN), relation


@pytest.mark.parametrize("company", [*TABLE.values(), *BEYOND_THE_TABLE])
def test_deepseek_alone_reaches_the_stocks_of_27_january(company: str) -> None:
    """None of them is named in the news of that weekend; each is linked by what was public on that Monday."""
    link = reached("deepseek", MONDAY)[company]
    assert 1 <= len(link.steps) <= 3
    assert link.strength >= CONFIG.settings.min_strength


@pytest.mark.parametrize(
    ("company", "path"),
    [
        ("nvidia", "deepseek -supplier-> nvidia"),
        ("meta", "deepseek -competitor-> meta"),
        ("microsoft", "deepseek -competitor-> openai -supplier-> microsoft"),
        ("tsmc", "deepseek -supplier-> nvidia -supplier-> tsmc"),
        ("asml", "deepseek -supplier-> nvidia -supplier-> tsmc -supplier-> asml"),
        ("micron", "deepseek -supplier-> nvidia -supplier-> micron"),
        ("broadcom", "deepseek -competitor-> alphabet -supplier-> broadcom"),
        ("amazon", "deepseek -competitor-> anthropic -supplier-> amazon"),
        ("constellation", "deepseek -competitor-> openai -supplier-> microsoft -power-> constellation"),
        ("vistra", "deepseek -competitor-> openai -supplier-> microsoft -power-> vistra"),
        ("vertiv", "deepseek -competitor-> openai -supplier-> microsoft -supplier-> vertiv"),
        (
            "schneider-electric",
            "deepseek -competitor-> openai -supplier-> microsoft -supplier-> schneider-electric",
        ),
        ("oracle", "deepseek -competitor-> openai -supplier-> oracle"),
    ],
)
def test_the_way_to_a_stock_is_the_one_an_analyst_would_tell(company: str, path: str) -> None:
    """The strongest path says the business reason, not a detour."""
    assert path == reached("deepseek", MONDAY)[company].path


def test_the_shipped_watchlist_reaches_all_of_the_table() -> None:
    """What the first run watches is linked that day over the relations that it follows."""
    (watchlist,) = CONFIG.watchlists
    links = reached("deepseek", MONDAY, watchlist.follow)
    assert set() == set(TABLE.values()) - links.keys()


def test_hubs_do_not_link_everything_to_everything() -> None:
    """News of the 50 best connected reaches 0.3 of all stocks at most, and 0.62 of a watchlist of their own trade.

    Without damping it was half and four fifths (tests/bench/reach.py).
    """
    ends = [end for relation in RELATIONS for end in (relation.source, relation.target)]
    hubs = sorted(set(ends), key=lambda company: (-ends.count(company), company))[:50]
    listed = {c.id for c in COMPANIES if c.symbol} & set(ends)
    (watchlist,) = CONFIG.watchlists
    watched = {w.company for w in watchlist.companies}
    found = [reached(hub, MONDAY, watchlist.follow).keys() for hub in hubs]
    assert max(map(len, found)) < MOST_REACHED
    assert mean(len(links & listed) for links in found) < 0.3 * len(listed)
    assert mean(len(links & watched) for links in found) < 0.62 * len(watched)


@pytest.mark.parametrize(
    ("party", "kind", "company", "day"),
    [
        ("microsoft", RelationKind.POWER, "constellation", date(2024, 9, 20)),
        ("openai", RelationKind.PARTNER, "arm", date(2025, 1, 21)),
        ("chevron", RelationKind.PARTNER, "ge-vernova", date(2025, 1, 28)),
        ("deepseek", RelationKind.PARTNER, "amazon", date(2025, 1, 30)),
        ("intel", RelationKind.INVESTOR, "softbank", date(2025, 8, 18)),
    ],
)
def test_a_relation_is_not_known_before_it_was_public(party: str, kind: RelationKind, company: str, day: date) -> None:
    """A story can be told over it from the day of its news, and not on the day before."""
    path = f"{party} -{kind}-> {company}"
    known = [
        path in {link.path for link in reached(party, on, frozenset({kind})).values()}
        for on in (day - timedelta(days=1), day)
    ]
    assert [False, True] == known


def test_labs_part_and_their_suppliers_do_not() -> None:
    """A gain of one lab is expected to be a loss of the other; a supplier moves with its customer."""
    links = reached("openai", MONDAY)
    assert [-1, 1, 1] == [links[name].sign for name in ("anthropic", "microsoft", "nvidia")]


@pytest.mark.parametrize(("symbol", "company"), TABLE.items())
def test_the_table_s_companies_have_a_share_count_of_before_that_day(symbol: str, company: str) -> None:
    """The replay can tell their change of market value from what had been filed."""
    known = CONFIG.by_symbol[symbol]
    assert company == known.id
    assert known.shares is not None
    assert date(2024, 4, 1) <= known.shares.as_of < MONDAY
    assert known.shares.source


def value(company: Company, price: float) -> float:
    """Market value in billions of the price's currency, per ordinary share."""
    assert company.shares is not None
    return company.shares.shares * price / 1e9


def test_share_counts_give_the_day_s_two_records() -> None:
    """NVIDIA lost nearly $600bn from 142.62 to 118.42, and Apple at 229.86 was worth more than it that evening."""
    nvidia, apple = CONFIG.companies["nvidia"], CONFIG.companies["apple"]
    assert pytest.approx(-593, abs=2) == value(nvidia, 118.42) - value(nvidia, 142.62)
    assert value(nvidia, 142.62) > value(apple, 222.78)
    assert value(apple, 229.86) > value(nvidia, 118.42)


def test_a_receipt_of_tsmc_is_worth_five_shares() -> None:
    """At $192.31 a receipt the issuer was worth close to $1 trillion on that Monday, not five."""
    tsmc = CONFIG.by_symbol["TSM"]
    ratio = tsmc.instruments[0].shares_per_receipt
    assert pytest.approx(997, abs=5) == value(tsmc, 192.31 / ratio)
