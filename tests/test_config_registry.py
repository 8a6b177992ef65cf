"""Finding companies by what people call them, and guessing what a typo meant; exchanges by Yahoo's suffixes."""

import pytest

from config.exchanges import EXCHANGES, exchange_of
from config.registry import Registry, nearest_of
from config.types import Alias, AliasClass, Company, Instrument

NVIDIA = Company(
    "nvidia", "NVIDIA", (Alias("Nvidia Corp"), Alias("Blackwell", "brand")), (Instrument("NVDA", "XNYS", "USD"),)
)
APPLE = Company("apple", "Apple", (Alias("Apple", trust=AliasClass.DOUBTFUL),), (Instrument("AAPL", "XNYS", "USD"),))
ASML = Company(
    "asml", "ASML", (Alias("ASML Holding"),), (Instrument("ASML", "XNYS", "USD"), Instrument("ASML.AS", "XAMS", "EUR"))
)
ENERGY = Company("siemens-energy", "Siemens Energy", (), (Instrument("ENR.DE", "XETR", "EUR"),))
ADVANTEST = Company("advantest", "Advantest", (), (Instrument("6857.T", "XTKS", "JPY"),))
OPENAI = Company("openai", "OpenAI")
COMPANIES = Registry([NVIDIA, APPLE, ASML, ENERGY, ADVANTEST, OPENAI])


@pytest.mark.parametrize(
    ("text", "company", "listing"),
    [
        ("NVDA", "nvidia", "NVDA"),
        ("nvda", "nvidia", "NVDA"),
        ("Nvidia  Corp", "nvidia", "NVDA"),
        ("siemens energy", "siemens-energy", "ENR.DE"),
        ("siemens-energy", "siemens-energy", "ENR.DE"),
        ("Apple", "apple", "AAPL"),
        ("ASML", "asml", "ASML"),
        ("asml.as", "asml", "ASML.AS"),
        ("OpenAI", "openai", None),
        ("Blackwell", None, None),
        ("NVDIA", None, None),
        ("", None, None),
    ],
)
def test_a_company_is_found_by_symbol_id_name_or_alias(text: str, company: str | None, listing: str | None) -> None:
    """In any case; a symbol of any listing means that listing, all else the main one; a brand is no name."""
    found = COMPANIES.find(text)
    assert company == (None if found is None else found.id)
    assert listing == COMPANIES.listing(text)


@pytest.mark.parametrize(
    ("typo", "expected"),
    [
        ("NVDIA", "NVDA"),
        ("Nvidea", "NVIDIA"),
        ("APPL", "AAPL"),
        ("ASLM.AS", "ASML.AS"),
        ("6857", "6857.T"),
        ("Semens Energy", "Siemens Energy"),
        ("Nvidia Corporation", "NVIDIA"),
        ("Siemens Energy AG", "Siemens Energy"),
        ("Open AI", "OpenAI"),
        ("Advant", "Advantest"),
        ("XYZ", None),
        ("FOO.DE", None),
        ("Volkswagen", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_the_one_that_was_meant(typo: str, expected: str | None) -> None:
    """A ticker for what looks like one, a name for what looks like a name, nothing for what is like nothing."""
    assert expected == COMPANIES.nearest(typo)


def test_a_symbol_wins_over_another_companys_name() -> None:
    """Two claims for one word: the symbol counts, whichever company comes first."""
    arm = Company("arm", "Arm", (), (Instrument("ARM", "XNYS", "USD"),))
    other = Company("other", "ARM", (), (Instrument("OTH", "XNYS", "USD"),))
    found = Registry([other, arm]).find("arm")
    assert arm == found


def test_the_nearest_choice_ignores_case() -> None:
    """Keys and kinds are offered as they are spelled here."""
    assert "thresholds" == nearest_of("Thresold", ["name", "thresholds"])
    assert None is nearest_of("colour", ["name", "thresholds"])


@pytest.mark.parametrize(
    ("symbol", "mic", "currency", "region", "index"),
    [
        ("NVDA", "XNYS", "USD", "Americas", "SPY"),
        ("BRK-B", "XNYS", "USD", "Americas", "SPY"),
        ("6857.T", "XTKS", "JPY", "Asia", "^N225"),
        ("asml.as", "XAMS", "EUR", "Europe", "^STOXX50E"),
        ("ENR.DE", "XETR", "EUR", "Europe", "^STOXX50E"),
        ("SU.PA", "XPAR", "EUR", "Europe", "^STOXX50E"),
        ("VOD.L", "XLON", "GBX", "Europe", "^FTSE"),
        ("035420.KS", "XKRX", "KRW", "Asia", "^KS11"),
        ("000858.SZ", "XSHG", "CNY", "Asia", "000001.SS"),
        ("^N225", "XTKS", "JPY", "Asia", "^N225"),
        ("000001.SS", "XSHG", "CNY", "Asia", "000001.SS"),
    ],
)
def test_a_symbol_tells_its_exchange(symbol: str, mic: str, currency: str, region: str, index: str) -> None:
    """Yahoo's suffix gives calendar, currency, part of the world and index; an index belongs to its exchange."""
    exchange = exchange_of(symbol)
    assert (mic, currency, region, index) == (exchange.mic, exchange.currency, exchange.region, exchange.index)


def test_an_unknown_suffix_says_what_to_write() -> None:
    """A class of US shares takes a dash with Yahoo; any other suffix lists those that are known."""
    with pytest.raises(ValueError, match=r"classes of US shares with a dash: BRK-B$"):
        exchange_of("BRK.B")
    with pytest.raises(ValueError, match=r"^NVDA\.XYZ: no exchange has the suffix \.XYZ here; known are \.TO, "):
        exchange_of("NVDA.XYZ")


def test_a_mic_stands_for_its_main_place() -> None:
    """Where several suffixes share a calendar, the table by MIC has the larger market."""
    assert ("", ".KS", ".SS", ".TO") == tuple(EXCHANGES[mic].suffix for mic in ("XNYS", "XKRX", "XSHG", "XTSE"))
