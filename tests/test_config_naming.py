"""Names of issuers to aliases: forms, classes, owners; and the word list that classes go by."""

import pytest

from config.naming import INDEXED, LARGE, LISTED, OTHER, Issuer, aliases_of, aliases_of_all, folded
from config.types import AliasClass
from config.words import Words, pack, unpack, words


def issuer(
    legal: str, symbol: str = "ZZZZ", *common: str, weight: int = LISTED, fund: bool = False, id_: str = ""
) -> Issuer:
    """An issuer on a US exchange, unless said otherwise."""
    return Issuer(id_ or folded(legal), legal, common, (symbol,), weight, fund)


def texts(legal: str, weight: int = LISTED) -> list[str]:
    """The names derived from one."""
    return [alias.text for alias in aliases_of(issuer(legal, weight=weight), words()) if alias.via == "name"]


@pytest.mark.parametrize(
    ("legal", "expected"),
    [
        ("NVIDIA CORP", ["Nvidia"]),
        ("Palantir Technologies Inc.", ["Palantir Technologies", "Palantir"]),
        ("Akamai Technologies, Inc.", ["Akamai Technologies", "Akamai"]),
        ("Karyopharm Therapeutics Inc.", ["Karyopharm Therapeutics", "Karyopharm"]),
        ("HORTON D R INC /DE/", ["Horton D R", "DR Horton", "D R Horton", "D.R. Horton"]),
        ("C. H. Robinson Worldwide, Inc.", ["C H Robinson Worldwide", "C.H. Robinson", "CH Robinson"]),
        ("e.l.f. Beauty, Inc.", ["e.l.f. Beauty"]),
        ("SCHWAB CHARLES CORP", ["Schwab Charles", "Charles Schwab"]),
        ("NOVO NORDISK A S", ["Novo Nordisk"]),
        ("Siemens Energy AG/ADR", ["Siemens Energy"]),
        ("COSTCO WHOLESALE CORP /NEW", ["Costco Wholesale", "Costco"]),
        ("Alight, Inc. / Delaware", ["Alight"]),
        ("The Hackett Group, Inc.", ["Hackett Group"]),
        ("Grupo Simec, S.A.B. de C.V.", ["Grupo Simec"]),
        ("PT Chandra Asri Petrochemical Tbk/ADR", ["Chandra Asri Petrochemical"]),
        ("Wix.com Ltd.", ["Wix.com", "Wix"]),
        ("Expeditors International of Washington Inc", ["Expeditors International of Washington", "Expeditors"]),
        ("CENTRAL GARDEN & PET CO", ["Central Garden & Pet", "Central Garden"]),
        ("Quad/Graphics, Inc.", ["Quad/Graphics"]),
        ("Lands' End, Inc.", ["Lands' End"]),
        ("Banco Santander (Brasil) S.A.", ["Banco Santander"]),
    ],
)  # fmt: skip  # one row a case
def test_a_registrars_spelling_becomes_what_people_say(legal: str, expected: list[str]) -> None:
    """Legal forms, states and receipts go, surnames turn round, trade words come off."""
    assert set(expected) <= set(texts(legal))


@pytest.mark.parametrize(
    ("legal", "wrong"),
    [
        ("Now Inc.", "Now"),
        ("First Financial Bankshares Inc", "First Financial"),
        ("Home Depot, Inc.", "Home"),
        ("Trump Media & Technology Group Corp.", "Trump"),
        ("Apartment Investment & Management Co", "Apartment"),
        ("10x Genomics, Inc.", "10x"),
        ("Monday.com Ltd.", "Monday"),
        ("Hang Seng Bank Ltd", "Hang Seng"),
        ("New Zealand Energy Corp", "New Zealand"),
        ("Seven & i Holdings Co., Ltd.", "Seven"),
        ("Family Office of America Inc", "Family Office"),
        ("Quantum Computing Inc", "Quantum Computing"),
        ("CO2 Energy Transition Corp", "Co"),
        ("U.S. Bancorp", "U.S."),
    ],
)  # fmt: skip  # one row a case
def test_what_is_met_every_day_names_no_company(legal: str, wrong: str) -> None:
    """Days, numbers, places, trades and everyday words are never an alias alone."""
    assert wrong not in texts(legal)


@pytest.mark.parametrize(
    ("legal", "text", "weight", "expected"),
    [
        ("Rivian Automotive, Inc.", "Rivian", LISTED, AliasClass.DISTINCT),
        ("Karyopharm Therapeutics Inc.", "Karyopharm Therapeutics", LISTED, AliasClass.DISTINCT),
        ("Shake Shack Inc.", "Shake Shack", LISTED, AliasClass.ORDINARY),
        ("Shake Shack Inc.", "Shake Shack", INDEXED, AliasClass.UNCOMMON),
        ("Spectrum Brands Holdings, Inc.", "Spectrum Brands", LISTED, AliasClass.UNCOMMON),
        ("Extra Space Storage Inc.", "Extra Space Storage", LISTED, AliasClass.UNCOMMON),
        ("Chevron Corp", "Chevron", LARGE, AliasClass.UNCOMMON),
        ("Chevron Corp", "Chevron", LISTED, AliasClass.ORDINARY),
        ("Compass, Inc.", "Compass", LISTED, AliasClass.ORDINARY),
        ("Energy Recovery, Inc.", "Energy Recovery", LISTED, AliasClass.ORDINARY),
        ("Pool Corp", "Pool", INDEXED, AliasClass.EVERYDAY),
        ("Parsons Corp", "Parsons", LISTED, AliasClass.NAMESAKE),
        ("Albany International Corp", "Albany", INDEXED, AliasClass.NAMESAKE),
        ("Ralph Lauren Corp", "Ralph Lauren", LISTED, AliasClass.NAMESAKE),
        ("CVR Energy Inc", "CVR Energy", LISTED, AliasClass.UNCOMMON),
        ("Bank of Montreal", "Bank of Montreal", LISTED, AliasClass.UNCOMMON),
        ("United Therapeutics Corp", "United Therapeutics", LISTED, AliasClass.ORDINARY),
        ("Universal Display Corp", "Universal Display", LISTED, AliasClass.EVERYDAY),
    ],
)  # fmt: skip  # one row a case
def test_a_name_is_trusted_as_far_as_its_words_are_rare(
    legal: str, text: str, weight: int, expected: AliasClass
) -> None:
    """Made-up words on sight, ordinary ones with signs, people's and places' names with business beside them."""
    trusts = {alias.text: alias.trust for alias in aliases_of(issuer(legal, weight=weight), words())}
    assert expected is trusts[text]


def test_a_name_that_says_nothing_is_kept_with_its_legal_form() -> None:
    """Now Inc is a company, Now is none; The Bancorp is one, Bancorp ends a thousand names."""
    assert {"Now Inc", "Now, Inc"} <= set(texts("Now Inc."))
    assert "The Bancorp" in texts("Bancorp, Inc.")
    assert "Bancorp Inc" not in texts("Bancorp, Inc.")


def test_a_fund_goes_by_its_full_name() -> None:
    """Nobody says Gabelli for the Gabelli Equity Trust."""
    fund = issuer("Gabelli Equity Trust Inc", fund=True)
    assert ["Gabelli Equity Trust"] == [alias.text for alias in aliases_of(fund, words())]


def test_a_ticker_that_is_a_word_is_marked() -> None:
    """LOVE in capitals may be love; NVDA can't be anything else, so nothing is said of it."""
    love = aliases_of(issuer("Lovesac Co", "LOVE"), words())
    assert [("LOVE", AliasClass.GENERIC)] == [(a.text, a.trust) for a in love if a.via == "ticker"]
    assert [] == [a for a in aliases_of(issuer("NVIDIA CORP", "NVDA"), words()) if a.via == "ticker"]


def owner_of(name: str, *issuers: Issuer) -> str | None:
    """Whose a name is among some issuers."""
    found = aliases_of_all(issuers, words())
    return next((id_ for id_, aliases in found.items() if any(folded(a.text) == name for a in aliases)), None)


def test_a_contested_name_goes_to_the_best_known() -> None:
    """An index member beats a small firm, a full name a short one, an American short form a foreign full name."""
    large = issuer("Zebulon Energy Corp", "ZEB", weight=LARGE, id_="large")
    small = issuer("Zebulon Robotics Inc", "ZEBR", id_="small")
    full = issuer("Zebulon Inc", "ZBLN", id_="full")
    foreign = issuer("Zebulon AG", "ZEB.DE", weight=OTHER, id_="foreign")
    assert "large" == owner_of("zebulon", large, small)
    assert "full" == owner_of("zebulon", small, full)
    assert "small" == owner_of("zebulon", foreign, small)


def test_among_equals_a_short_name_is_nobodys() -> None:
    """Two small firms with one first word need more of their names, unless one name goes on from the other."""
    robotics = issuer("Zebulon Robotics Inc", "ZEBR", id_="robotics")
    foods = issuer("Zebulon Foods Inc", "ZEBF", id_="foods")
    partners = issuer("Zebulon Robotics Partners LP", "ZEBP", id_="partners")
    assert owner_of("zebulon", robotics, foods) is None
    assert "robotics" == owner_of("zebulon", robotics, partners)


def test_initials_belong_to_whose_ticker_they_are() -> None:
    """AMC is the one that trades as AMC."""
    tickered = issuer("QVX Entertainment Holdings Inc", "QVX", id_="tickered")
    other = issuer("QVX Robotics Corp", "QVXR", id_="other")
    assert "tickered" == owner_of("qvx", tickered, other)


def test_two_of_one_name_keep_their_legal_forms() -> None:
    """Harbor Corp and Harbor Ltd are told apart by what they are."""
    found = aliases_of_all([issuer("Harbor Corp", "HAR", id_="us"), issuer("Harbor Ltd", "HARL", id_="ltd")], words())
    assert {"Harbor Corp", "Harbor Corporation", "Harbor, Corp"} <= {alias.text for alias in found["us"]}
    assert {"Harbor Ltd", "Harbor Limited"} <= {alias.text for alias in found["ltd"]}
    assert all("Harbor" != alias.text for aliases in found.values() for alias in aliases)


def test_a_name_written_by_hand_is_not_derived_for_another() -> None:
    """What the overlay has is taken."""
    found = aliases_of_all([issuer("Zebulon Robotics Inc", id_="one")], words(), {"zebulon"})
    assert ["Zebulon Robotics"] == [alias.text for alias in found["one"]]


def test_the_word_list_knows_words_people_and_places() -> None:
    """Frequencies on Zipf's scale, given names, surnames, cities; firms are no words."""
    known = words()
    assert known.zipf("pool") > known.zipf("cadence") > known.zipf("ichneumon") == known.zipf("nvidia") == 0.0
    assert (True, False) == (known.is_given_name("walter"), known.is_given_name("cadence"))
    assert (True, True) == (known.is_surname("parsons"), known.is_place("albany"))
    assert (True, False) == (known.is_place("new zealand"), known.is_namesake("table"))
    assert ("pool" in known, "nvidia" in known) == (True, False)


def test_the_word_list_survives_packing() -> None:
    """What is packed comes back the same, prefixes, flags and all."""
    marks = {"pool": "u", "pooled": "m", "poole": "-s", "new york": "-p", "a": "zg"}
    assert marks == unpack(pack(marks))
    assert Words(marks).is_surname("poole")
