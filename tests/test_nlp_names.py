"""The shipped names against headlines of our own: ambiguous words, the world's news, every name of the wide table."""

import random
from functools import cache
from pathlib import Path

import pytest

from config import listings
from config.listings import SHIPPED_TABLE
from config.names import legal_form
from nlp.aliases import Aliases
from nlp.companies import Companies
from standins.reader import shipped

WORLD = Path(__file__).parent / "data" / "world_headlines.txt"
TEMPLATES = (
    "{} Reports Third Quarter Results",
    "Shares of {} fell 3% on Tuesday",
    "{} names new finance chief",
    "Analysts See Upside For {} After Deal",
    "Why {} Stock Is Moving Today",
)
SAMPLE = 1_200  # names of the wide table that the suite tries; all of them take a minute


@cache
def companies() -> Companies:
    """What finds the shipped companies."""
    return Companies(Aliases(shipped().companies.values()))


def named(text: str) -> list[str]:
    """The companies found, each once, in order."""
    return list(dict.fromkeys(mention.company for mention in companies().find(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Apple
        ("Apple trims orders for its thinnest phone", ["apple"]),
        ("Why Apple Shares Slipped Before The Bell", ["apple"]),
        ("Regulators in Brussels say Apple must open its store", ["apple"]),
        ("Brokers cut Apple's target to $200", ["apple"]),
        ("APPLE TO RAISE PRICES IN JAPAN", ["apple"]),
        ("Apple growers in Kent face a late frost", []),
        ("Apple Crumble Recipes For A Rainy Sunday", []),
        ("How to prune an apple tree", []),
        ("An apple a day? What dentists think", []),
        ("Adam's apple surgery is on the rise", []),
        ("Crowds return to the Big Apple for marathon weekend", []),
        # Meta
        ("Meta to cut 5% of staff in its labs", ["meta"]),
        ("Judge lets case against Meta go ahead", ["meta"]),
        ("Meta Platforms lifts spending plan", ["meta"]),
        ("Meta balks at the new ad rules", ["meta"]),
        ("Meta-analysis finds no harm in coffee", []),
        ("The joke is so meta that nobody laughed", []),
        ("a meta discussion of meta fiction", []),
        # Target
        ("Target cuts its sales outlook", ["target"]),
        ("Walmart and Target shares fall as shoppers hold back", ["target", "walmart"]),
        ("Target CEO to step down next spring", ["target"]),
        ("Why Target Stock Jumped 8% Today", ["target"]),
        ("Bank keeps its inflation target unchanged", []),
        ("Price Target Raised On Hopes Of A Rebound", []),
        ("The target of the raid was a warehouse", []),
        ("Britain on target to miss its climate goal", []),
        ("Target practice resumes at the base", []),
        # Gap
        ("Gap shares soar as Old Navy sells more jeans", ["gap"]),
        ("Retailer Gap Inc. names a new designer", ["gap"]),
        ("Gap raises full-year forecast", ["gap"]),
        ("The gap between rich and poor is widening", []),
        ("Gap year students head for Australia", []),
        ("Pay Gap Narrows For Third Year", []),
        # Visa
        ("Visa beats estimates as people travel more", ["visa"]),
        ("Visa and Mastercard settle with merchants", ["mastercard", "visa"]),
        ("Justice Department sues Visa over debit cards", ["visa"]),
        ("Visa rules tightened for foreign students", []),
        ("Work Visa Fee To Rise To $100,000", []),
        ("Tourists wait months for a visa", []),
        # Arm
        ("Arm raises royalty rates for its newest design", ["arm"]),
        ("Qualcomm says Arm withheld technology", ["arm", "qualcomm"]),
        ("SoftBank borrows against its Arm shares", ["arm", "softbank"]),
        ("Arm injury rules striker out of final", []),
        ("She broke her arm in the first round", []),
        ("The bank's lending arm made a loss", []),
        ("Robot Arm Learns To Fold Laundry", []),
        # Block
        ("Block shares jump after Cash App adds users", ["block"]),
        ("Jack Dorsey's Block to lay off 900", ["block"]),
        ("Block Inc posts a surprise profit", ["block"]),
        ("Judge Moves To Block Merger", []),
        ("Senators aim to block arms sale", []),
        ("New apartment block for the harbour", []),
        # Snap
        ("Snap shares plunge on weak outlook", ["snap"]),
        ("Snap launches cheaper glasses", ["snap"]),
        ("Prime minister calls snap election", []),
        ("Snap Judgment: why first looks mislead", []),
        ("Cold snap grips the Balkans", []),
        # Shell
        ("Shell to buy back $3.5 billion of its stock", ["shell"]),
        ("Shell and BP shares rise with crude", ["bp", "shell"]),
        ("Court overturns climate ruling against Shell", ["shell"]),
        ("Shell found on beach was from the war", []),
        ("Shell company hid the oligarch's yacht", []),
        # Unity
        ("Unity shares slide after pricing backlash", ["unity"]),
        ("Unity Software names new chief", ["unity"]),
        ("Party unity frays before vote", []),
        ("A call for unity after the storm", []),
        ("Unity government takes office in Beirut", []),
        # Oracle
        ("Oracle soars on cloud bookings", ["oracle"]),
        ("OpenAI and Oracle to add 4.5 gigawatts of data centers", ["openai", "oracle"]),
        ("Why Oracle Stock Keeps Falling", ["oracle"]),
        ("Oracle of Delphi inspires a new play", []),
        ("The Oracle of Omaha trims his bank holdings", []),
        # C3
        ("C3.ai shares drop as founder retires", ["c3-ai"]),
        ("C3.ai, Inc. (NYSE: AI) explores a sale", ["c3-ai"]),
        ("Vitamin C3 is not a thing, doctors say", []),
        # Disco
        ("Japan's Disco forecasts record shipments of grinders", ["disco"]),
        ("Chip tool maker disco lost 2% in Tokyo", ["disco"]),
        ("Disco Corp lifts its dividend", ["disco"]),
        ("Disco is back on the dance floors of Berlin", []),
        ("Saturday night at the disco", []),
        # others that are words, places or people as well
        ("Amazon to hire 250,000 for the holidays", ["amazon"]),
        ("Leaders meet at Amazon summit on forests", []),
        ("Ford recalls 140,000 trucks", ["ford"]),
        ("Harrison Ford honoured in Cannes", []),
        ("Delta cancels flights after storm", ["delta-air-lines"]),
        ("River delta towns brace for floods", []),
        ("Caterpillar profit tops estimates", ["caterpillar"]),
        ("Caterpillar or moth? A guide for gardeners", []),
        ("Pool Corporation cuts guidance", ["pool"]),
        ("Swimming Pool Reopens After Repairs", []),
        ("Why Parsons Stock Is Plunging Today", ["parsons"]),
        ("Nicholas Parsons remembered by friends", []),
        ("Albany International Q3 Earnings: What To Expect", ["albany-international"]),
        ("Albany lawmakers pass budget", []),
        ("Dell lifts forecast on server orders", ["dell"]),
        ("Zoom raises outlook as firms add its assistant", ["zoom"]),
        ("Zoom in on this picture of Saturn", []),
        ("Google's Gemini answers in Maps", ["alphabet"]),
        ("Gemini season: what the stars say", []),
        ("Anthropic's Claude writes a sonnet", ["anthropic"]),
        ("Claude Monet's garden reopens", []),
        ("Everest climbers wait for a weather window", []),
        ("Comet to pass close to Earth in March", []),
        ("Here's why rents keep rising", []),
        ("Vanguard Total Bond Market ETF sees inflows", []),
    ],
)  # fmt: skip  # one row a case
def test_a_word_is_a_company_where_the_headline_means_it(text: str, expected: list[str]) -> None:
    """Doubtful names are told by what stands around them, in either direction."""
    assert expected == sorted(named(text))


def test_news_of_the_world_names_hardly_any_company() -> None:
    """Politics, sport and weather, as printed, in Title Case and in capitals, give next to no company."""
    lines = WORLD.read_text(encoding="utf-8").splitlines()
    found = {form: named(form) for line in lines for form in (line, line.title(), line.upper())}
    wrong = {form: companies for form, companies in found.items() if companies}
    assert len(lines) >= 300
    assert len(wrong) <= 0.005 * len(found), wrong


def test_names_of_the_wide_table_are_found_in_headlines() -> None:
    """Of the issuers listed in America, 99 of 100 are found by name and legal form in five everyday wordings."""
    _, rows = listings.rows(SHIPPED_TABLE.read_bytes())
    owners = {i.symbol: company.id for company in shipped().companies.values() for i in company.instruments}
    known = [row for row in rows if row.weight and not row.fund and not row.note and "." not in row.symbols[0]]
    missed = []
    for row in random.Random(9).sample(known, SAMPLE):  # noqa: S311 -- a sample, no secret
        form = legal_form(row.legal)[1]
        name = f"{row.name} {form.upper() if len(form) < len('inc') else form.title()}".strip()
        missed += [(t, name) for t in TEMPLATES if owners.get(row.symbols[0]) not in named(t.format(name))]
    assert len(missed) <= 0.01 * len(TEMPLATES) * SAMPLE, missed[:40]


def test_a_long_text_takes_time_by_its_length_only() -> None:
    """A megabyte of names and symbols is read through, and its last company found like its first."""
    text = "Nvidia and Apple said Compass shares (NYSE: COMP) rose. " * 18_000
    mentions = companies().find(text)
    assert len(text) > 1_000_000
    assert [m.company for m in mentions[:4]] == [m.company for m in mentions[-4:]]
