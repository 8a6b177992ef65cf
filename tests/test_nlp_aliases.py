"""The alias pass: what in a raw text could name a company, told by writing alone."""

import time

import pytest

from config.types import Alias, AliasClass, Company, Instrument, Origin
from nlp.aliases import Aliases
from nlp.matcher import Matcher, clean, fold
from standins.firms import FIRMS, firm

ALIASES = Aliases(FIRMS)


def named(text: str) -> list[tuple[str, str]]:
    """Company and its words, for each hit."""
    return [(hit.company, hit.text) for hit in ALIASES.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nvidia, nvidia and NVIDIA are one", [("nvidia", "Nvidia"), ("nvidia", "nvidia"), ("nvidia", "NVIDIA")]),
        ("Openai's rival", [("openai", "Openai")]),
        ("Nvidia’s chips", [("nvidia", "Nvidia")]),
        ("an Nvidia-backed lab", [("nvidia", "Nvidia")]),
        ("the Nvidias of this world", [("nvidia", "Nvidias")]),
        ("NVIDIANS met", []),
        ("Siemens Energy and Siemens", [("siemens-energy", "Siemens Energy"), ("siemens", "Siemens")]),
        ("Johnson and Johnson", [("johnson-&-johnson", "Johnson and Johnson")]),
        ("Johnson & Johnson", [("johnson-&-johnson", "Johnson & Johnson")]),
        ("High Flyer Capital", [("high-flyer", "High Flyer Capital")]),
        ("Estee Lauder and Estée Lauder", [("estée-lauder", "Estee Lauder"), ("estée-lauder", "Estée Lauder")]),
        ("Siemens\u00a0Energy", [("siemens-energy", "Siemens\u00a0Energy")]),
        ("the amazon is wet, amd so on", []),
        ("Amazon and AMAZON", [("amazon", "Amazon"), ("amazon", "AMAZON")]),
        ("an apple a day, the so meta level", []),
        ("英伟达NVIDIA芯片", [("nvidia", "NVIDIA")]),
        ("see https://nvidia.com and www.nvidia.com, nvidia.com", [("nvidia", "nvidia")]),
        ("", []),
    ],
)  # fmt: skip  # one row a case
def test_a_name_is_found_however_it_is_written(text: str, expected: list[tuple[str, str]]) -> None:
    """Case, possessives, hyphens, accents and spaces don't hide a name, and other words don't make one."""
    assert expected == named(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A chip maker (NVDA) rose", [("nvidia", "NVDA")]),
        ("(NASDAQ: NVDA), (NYSE:TSM)", [("nvidia", "NVDA"), ("tsmc", "TSM")]),
        ("Nasdaq: NVDA", [("nvidia", "NVDA")]),
        ("$NVDA and $nvda", [("nvidia", "NVDA")]),
        ("it costs $AMDX", []),
        ("<005930.KS> <NVDA.O>", [("samsung", "005930.KS"), ("nvidia", "NVDA.O")]),
        ("[SU.PA] rose", [("schneider-electric", "SU.PA")]),
        ("(KRX:005930) (HKG: 700) (TYO:9984)", [("samsung", "005930"), ("tencent", "700"), ("softbank", "9984")]),
        ("(700 HK) (NVDA US Equity)", [("tencent", "700"), ("nvidia", "NVDA")]),
        ("(BRK.B) and (NYSE:BRK.B)", [("berkshire-hathaway", "BRK.B"), ("berkshire-hathaway", "BRK.B")]),
        ("(GOOGL, GOOG)", [("alphabet", "GOOGL"), ("alphabet", "GOOG")]),
        ("NVDA beats AAPL", [("nvidia", "NVDA"), ("apple", "AAPL")]),
        ("nvda is not written so", []),
        ("Advanced Micro Devices (AMD)", [("amd", "Advanced Micro Devices"), ("amd", "AMD")]),
        ("age-related macular degeneration (AMD)", []),
        ("made to last (EL)", []),
        ("Estee Lauder (EL)", [("estée-lauder", "Estee Lauder"), ("estée-lauder", "EL")]),
        ("(IPO) (CEO) (XXXX)", []),
        ("(0700.HK) and (NYSE:NVDA)", [("tencent", "0700.HK"), ("nvidia", "NVDA")]),
        ("$BRK.B, BRK/B and (BRK/B)", [("berkshire-hathaway", "BRK.B"), ("berkshire-hathaway", "BRK/B")]),
        ("BRK.B rose, 005930.KS fell", [("berkshire-hathaway", "BRK.B"), ("samsung", "005930.KS")]),
        ("(NASDAQ: XXXX) is none of ours", []),
        ("(NYSE American: TSM)", [("tsmc", "TSM")]),
    ],
)  # fmt: skip  # one row a case
def test_a_ticker_is_read_in_all_its_dresses(text: str, expected: list[tuple[str, str]]) -> None:
    """Brackets, dollar signs, exchange tags, Reuters and terminal codes name the company; abbreviations don't."""
    assert expected == named(text)


@pytest.mark.parametrize(
    "text",
    [
        "He baked an Apple pie and read a Meta-analysis",
        "Analysts raise the Target price and every Price Target",
        "Fires in the Amazon rainforest",
        "A Snap election at Arm's length, in the Oracle of Omaha's letter",
        "The Building Block of a Robot Arm",
    ],
)
def test_a_longer_phrase_swallows_the_name_inside(text: str) -> None:
    """Apple pie, target price and the like name nobody."""
    assert [] == named(text)


def test_a_feeds_symbol_finds_its_company_in_any_spelling() -> None:
    """What feeds give as a symbol may carry an exchange, a suffix or a dollar sign."""
    assert ["nvidia"] * 4 == [ALIASES.company_of(s) for s in ("NVDA", "nasdaq:nvda", "$NVDA", "NVDA.O")]
    assert ["berkshire-hathaway", "samsung", None] == [ALIASES.company_of(s) for s in ("BRK/B", "KRX:005930", "ZZZZ")]


def test_capitals_throughout_make_a_cased_name_doubtful() -> None:
    """In a headline that shouts, capitals are no sign of a name."""
    assert AliasClass.CASED is ALIASES.find("Fires and Amazon sales")[0].trust
    assert AliasClass.DOUBTFUL is ALIASES.find("FIRES AND AMAZON SALES")[0].trust


def test_the_first_company_has_a_name_that_two_share() -> None:
    """A shared alias goes to the company listed first, so the order of the file decides."""
    one, two = firm("Alpha One", "AAA", safe=["Shared Name"]), firm("Beta Two", "BBB", safe=["Shared Name"])
    assert ["alpha-one"] == [hit.company for hit in Aliases([one, two]).find("Shared Name")]


def test_folding_keeps_every_offset() -> None:
    """Whatever the text, its folded form has its length, so offsets are the text's own."""
    odd = "İstanbul ẞ ﬁ Ǆ É’s “x” \ud800 \x00\x1b 😀 שלום é"
    assert len(odd) == len(fold(odd)) == len(clean(odd))
    assert "estee lauder's" == fold("Estée Lauder’s")


def derived(name: str, *aliases: Alias, symbol: str = "ZZZZ") -> Company:
    """A company of the wide table, with aliases as `config.naming` makes them."""
    return Company(name.lower(), name, aliases, (Instrument(symbol, "XNYS", "USD"),), origin=Origin.LISTED)


WIDE = Aliases(
    [
        derived("Rivola", Alias("Rivola", trust=AliasClass.DISTINCT)),
        derived("Asterics", Alias("ASICS", trust=AliasClass.DISTINCT), symbol="ASTR"),
        derived("iRenew", Alias("iRenew", trust=AliasClass.DISTINCT), symbol="RNEW"),
        derived("Silver Lantern", Alias("Silver Lantern", trust=AliasClass.UNCOMMON), symbol="SLVL"),
        derived("Bank of Umber", Alias("Bank of Umber", trust=AliasClass.UNCOMMON), symbol="UMBR"),
        derived("Harbor", Alias("Harbor", trust=AliasClass.ORDINARY), symbol="HRBX"),
        derived("QVX", Alias("QVX", trust=AliasClass.ORDINARY), symbol="QVXX"),
        derived("Boot", Alias("BOOT", "ticker", AliasClass.GENERIC), symbol="BOOT"),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rivola, RIVOLA and rivola", ["Rivola", "RIVOLA"]),
        ("Rivolas plan", ["Rivolas"]),
        ("ASICs are chips, ASICS and Asics run", ["ASICS", "Asics"]),
        ("iRenew and IRenew", ["iRenew", "IRenew"]),
        ("Silver Lantern, silver lantern, Silver lantern, SILVER LANTERN", ["Silver Lantern", "SILVER LANTERN"]),
        ("the Bank of Umber and a bank of umber", ["Bank of Umber"]),
        ("Harbor, harbor, Harbors", ["Harbor"]),
        ("Harbors Q3 sales rose", ["Harbors"]),
        ("QVX but not Qvx", ["QVX"]),
        ("SLVL and slvl", ["SLVL"]),
    ],
)  # fmt: skip  # one row a case
def test_a_derived_name_needs_its_capitals(text: str, expected: list[str]) -> None:
    """Names of the wide table count with a capital; short ones in capitals, and plurals of words don't."""
    assert expected == [hit.text for hit in WIDE.find(text)]


def test_a_symbol_that_is_a_word_stays_doubtful() -> None:
    """BOOT in capitals may be shouting; SLVL can't be."""
    assert [AliasClass.GENERIC] == [hit.trust for hit in WIDE.find("Now BOOT falls")]
    assert [AliasClass.CASED] == [hit.trust for hit in WIDE.find("Now SLVL falls")]
    assert [] == WIDE.find("NOW SLVL FALLS")


def test_the_registrars_name_of_a_listed_company_is_no_alias() -> None:
    """What the wide table calls a company is for people; its aliases say how texts may."""
    assert [] == WIDE.find("The Boot is on the other foot")


def test_what_a_person_wrote_beats_what_was_derived() -> None:
    """A hand-written name is its company's, wherever that stands in the list."""
    listed = derived("Lantern", Alias("Amber", trust=AliasClass.DISTINCT))
    written = firm("Amber Works", "AMBW", safe=["Amber"])
    assert ["amber-works"] == [hit.company for hit in Aliases([listed, written]).find("Amber grows")]


def test_one_firms_brand_keeps_the_firm_of_that_name_in_sight() -> None:
    """A doubtful brand that is another's name as well is found as the brand, with its rival."""
    listed = derived("Helion", Alias("Helion", trust=AliasClass.UNCOMMON))
    written = firm("Amber Works", "AMBW", doubtful_brands=["Helion"])
    hit = Aliases([written, listed]).find("Helion is out")[0]
    assert ("amber-works", "helion") == (hit.company, hit.rival)


def test_of_overlapping_names_the_first_and_longest_counts() -> None:
    """Silver Lantern Harbor is Silver Lantern and then Harbor, whatever is inside."""
    inner = derived("Lantern Harbor", Alias("Lantern Harbor", trust=AliasClass.DISTINCT))
    outer = derived("Silver Lantern", Alias("Silver Lantern", trust=AliasClass.DISTINCT))
    assert ["Silver Lantern"] == [hit.text for hit in Aliases([inner, outer]).find("Silver Lantern Harbor")]


def test_words_of_a_matcher_begin_and_end_with_words() -> None:
    """A phrase inside a longer word is not found; one with several values is found with each."""
    matcher = Matcher([("cat", 1), ("cat", 2), ("cat flap", 3), ("$", 4)])
    found = [(f.start, f.end, f.value) for f in matcher.find(fold("Cat flap, concat, $5"))]
    assert [(0, 8, 3), (0, 3, 1), (0, 3, 2), (18, 19, 4)] == found


def test_ten_thousand_names_are_ready_in_a_blink() -> None:
    """The automaton of a large registry is built and used in well under the second that a reload may take."""
    many = [firm(f"Firm Number{n}", f"F{n:04}") for n in range(5_000)]
    began = time.perf_counter()
    assert ["firm-number4999"] == [hit.company for hit in Aliases(many).find("News of Firm Number4999 today")]
    assert time.perf_counter() - began < 5
