"""The wide table of listed companies: its file, what the SEC's list makes of it, and how a user's files change it."""

import gzip
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from config import listings
from config.build_listings import WORLD, Fact, added, of_hand, of_indices
from config.issuers import Changes, Filed, distinct, filed, is_fund, named, readable, refreshed
from config.listings import SHIPPED_TABLE, ListingsError, Row, Table, pack, parse, rows
from config.load import load, written_companies
from config.types import Alias, AliasClass, Company, Config, Instrument, Origin
from config.words import words
from standins.folders import write

DAY = date(2026, 11, 20)
NEXT = date(2026, 11, 21)
MILL = Row(
    "old-mill",
    "Old Mill",
    ("MILL", "OMI.L"),
    "OLD MILL PLC",
    ("Mill & Sons",),
    weight=2,
    cik=7,
    aliases=(Alias("Old Mill", "name", AliasClass.ORDINARY), Alias("Mill & Sons", "name", AliasClass.UNCOMMON)),
)
GONE = Row("lanternfish", "Lanternfish", ("LNTF",), "Lanternfish", note="no longer listed since 2024")


def answer(*listed: Filed) -> bytes:
    """The SEC's file with these rows."""
    data = [[one.cik, one.name, one.symbol, one.exchange or None] for one in listed]
    return json.dumps({"fields": ["cik", "name", "ticker", "exchange"], "data": data}).encode()


def shipped(folder: Path | None = None) -> Config:
    """The shipped configuration, with a user's folder over it, and nothing wrong with either."""
    loaded = load(folder)
    assert loaded.config is not None, loaded.problems
    return loaded.config


def by_id(found: Sequence[Row]) -> dict[str, Row]:
    """Rows by their ids."""
    return {row.id: row for row in found}


def test_a_table_comes_back_as_it_was_packed() -> None:
    """Every field of a row, in order of ids, and the same bytes for the same rows in any order."""
    packed = pack([MILL, GONE], DAY)
    assert (DAY, (GONE, MILL)) == rows(packed)
    assert pack([GONE, MILL], DAY) == packed


def test_a_row_becomes_a_company_with_its_listings() -> None:
    """Exchange and currency come from the symbol; the classes of its names are those that the table says."""
    table = parse(pack([MILL, GONE], DAY))
    mill = Company(
        "old-mill",
        "Old Mill",
        (Alias("Old Mill", "name", AliasClass.ORDINARY), Alias("Mill & Sons", "name", AliasClass.UNCOMMON)),
        (Instrument("MILL", "XNYS", "USD"), Instrument("OMI.L", "XLON", "GBX")),
    )
    assert mill == table.companies["old-mill"]
    assert "no longer listed since 2024" == table.companies["lanternfish"].note
    assert {Origin.LISTED} == {company.origin for company in table.companies.values()}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is cut off, or far too long"),
        (b"hello", "is no table of listings"),
        (gzip.compress(b"hello"), "is no table of listings"),
        (gzip.compress(b"{}\n"), "is no table of listings"),
        (gzip.compress(b'{"format": 9, "as_of": "2026-01-01", "kinds": []}\n'), "has format 9, this version reads 1"),
        (pack([MILL], DAY)[:-9], "is cut off, or far too long"),
    ],
    ids=["empty", "text", "packed text", "no header", "a later version", "cut off"],
)
def test_a_file_that_is_no_table_says_so(content: bytes, message: str) -> None:
    """Cut off, something else, or of a later version: one line for people."""
    with pytest.raises(ListingsError, match=f"^{message}$"):
        parse(content)


def test_a_name_that_would_break_a_line_is_refused() -> None:
    """The maker of a table hears of it, not its reader."""
    with pytest.raises(ValueError, match="old-mill: a name holds"):
        pack([Row("old-mill", "Old\tMill", ("MILL",))], DAY)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """A daemon that is told to reload sees what `companies update` wrote meanwhile."""
    path = tmp_path / "listings.tsv.gz"
    listings.write(path, pack([MILL], DAY))
    first = listings.read(path)
    listings.write(path, pack([MILL, GONE], NEXT))
    assert (DAY, NEXT) == (first.as_of, listings.read(path).as_of)
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("legal", "name"),
    [
        ("NVIDIA CORP", "Nvidia"),
        ("HORTON D R INC /DE/", "Horton D R"),
        ("Rivian Automotive, Inc. / DE", "Rivian Automotive"),
        ("TARGET CORP", "Target"),
        ("AB VOLVO (publ)", "AB Volvo"),
        ("Hansoh Pharmaceutical Group Co Limited/ADR", "Hansoh Pharmaceutical Group"),
        ("3M CO", "3M"),
        ("SAP SE", "SAP"),
        ("International Business Machines Corp", "International Business Machines"),
        ("Trinity Place II Ltd", "Trinity Place II"),
    ],
)
def test_a_registrar_s_name_is_made_readable(legal: str, name: str) -> None:
    """No legal form, no state, capitals only where a newspaper has them."""
    assert name == readable(legal)


def test_funds_are_told_from_firms() -> None:
    """Whose names are full of ordinary words goes by the full one alone."""
    assert [True, True, True] == [
        is_fund(n) for n in ("Harbor Term Fund", "Pine Acquisition Corp. II", "Silver Bullion Trust")
    ]
    assert [False, False] == [is_fund(n) for n in ("Elm Realty Trust", "Maple Equity Bancorp")]


def test_the_sec_s_list_is_read_without_what_has_no_price() -> None:
    """A row whose symbol is none is left out; the order of the columns is the file's own."""
    data = [["MILL", 7, "NYSE", "OLD MILL PLC"], [None, 8, "OTC", "X"], ["A B", 9, "OTC", "Y"]]
    content = {"fields": ["ticker", "cik", "exchange", "name"], "data": data}
    assert (Filed(7, "OLD MILL PLC", "MILL", "NYSE"),) == filed(json.dumps(content).encode())


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"fields": ["cik"]}', b'{"fields": [], "data": []}'])
def test_what_is_not_the_sec_s_list_is_refused(content: bytes) -> None:
    """A page of a proxy, or another file, changes nothing."""
    with pytest.raises(ListingsError, match="is no list of tickers"):
        filed(content)


def test_an_issuer_s_ordinary_share_on_an_exchange_is_its_main_listing() -> None:
    """Warrants, preferred shares and what is traded over the counter come after it."""
    listed = [
        Filed(1, "Fern Corp", "FERNW", "Nasdaq"),
        Filed(1, "Fern Corp", "FERN-PA", "NYSE"),
        Filed(1, "Fern Corp", "FERNF", "OTC"),
        Filed(1, "Fern Corp", "FERN", "Nasdaq"),
    ]
    (row,), _ = refreshed((), listed, DAY)
    assert ("fern", "FERN", 1) == (row.id, row.symbols[0], row.weight)


def test_foreign_shares_over_the_counter_join_the_issuer_of_their_name() -> None:
    """An unsponsored receipt is no company of its own; a domestic share of that name is."""
    home = Row("birch", "Birch", ("BIR.L",), "Birch plc", weight=2)
    listed = [Filed(1, "BIRCH PLC/ADR", "BIRCY", "OTC"), Filed(2, "Birch Inc", "BRCH", "OTC")]
    found = by_id(refreshed([home], listed, DAY)[0])
    assert {("BIR.L", "BIRCY"), ("BRCH",)} == {row.symbols for row in found.values()}


def test_a_refresh_keeps_ids_and_says_what_changed() -> None:
    """A renamed issuer, a changed symbol, a new one and one that is gone; what is by hand stays."""
    old, _ = refreshed(
        (),
        [
            Filed(1, "Fern Corp", "FERN", "NYSE"),
            Filed(2, "Moss Inc", "MOSS", "NYSE"),
            Filed(3, "Reed Co", "REED", "NYSE"),
            Filed(4, "Lime Ltd", "LIME", "NYSE"),
            Filed(5, "Oaken Ltd", "OAKN", "NYSE"),
        ],
        DAY,
    )
    listed = [
        Filed(1, "Bracken Corp", "FERN", "NYSE"),
        Filed(2, "Moss Inc", "MSS", "NYSE"),
        Filed(4, "Lime Ltd", "LIME", "NYSE"),
        Filed(5, "Oaken Ltd", "OAKN", "NYSE"),
        Filed(6, "Newt Inc", "NEWT", "NYSE"),
    ]
    found, changes = refreshed([*old, GONE], listed, NEXT)
    assert (
        Changes(
            new=(("Newt", "NEWT"),),
            renamed=(("fern", "Fern", "Bracken"),),
            symbols=(("Moss", "MOSS", "MSS"),),
            gone=(("Reed", "REED"),),
        )
        == changes
    )
    now = by_id(found)
    assert ("Bracken", ("Fern",)) == (now["fern"].name, now["fern"].common)
    assert ("MSS", "MOSS") == now["moss"].symbols
    assert "no longer listed since 2026-11-21" == now["reed"].note
    assert GONE == now["lanternfish"]
    assert (found, Changes()) == refreshed(found, listed, NEXT)


def test_a_list_that_is_cut_off_changes_nothing() -> None:
    """Thousands of companies do not vanish in a day."""
    old, _ = refreshed((), [Filed(n, f"Fern {n} Corp", f"FE{n}", "NYSE") for n in range(1, 11)], DAY)
    with pytest.raises(ListingsError, match="brings 7 listings where 10 are known"):
        refreshed(old, [Filed(n, f"Fern {n} Corp", f"FE{n}", "NYSE") for n in range(1, 8)], DAY)


def test_a_symbol_that_another_takes_is_theirs() -> None:
    """The issuer that is gone keeps none of it."""
    old, _ = refreshed((), [Filed(1, "Fern Corp", "FERN", "NYSE")], DAY)
    found, _ = refreshed(old, [Filed(2, "Ferrous Nickel Inc", "FERN", "NYSE")], NEXT)
    assert ["ferrous-nickel"] == [row.id for row in found]


def test_facts_by_hand_name_an_issuer_and_its_listing_at_home() -> None:
    """A US listing stays the main one, else it is the one at home; an index adds weight and a name in use."""
    listed = [Filed(1, "KIEFERN AG", "KFR", "NYSE"), Filed(2, "FICHTE AG/ADR", "FCHTY", "OTC")]
    table, _ = refreshed((), listed, DAY)
    facts = of_hand(["# trees", "", "3\tKIE.DE,KFR\tKiefern\tKiefern Werke", "2\tFIC.DE\tFichte", "2\tTAN.DE\tTanne"])
    found = by_id(added(table, facts, by_hand=True))
    assert ("KFR", "KIE.DE") == found["kiefern"].symbols
    assert (3, ("Kiefern Werke",)) == (found["kiefern"].weight, found["kiefern"].common)
    assert ("FIC.DE", "FCHTY") == found["fichte"].symbols
    assert ("TAN.DE",) == found["tanne"].symbols


def test_who_is_no_longer_listed_leaves_a_symbol_to_its_new_owner() -> None:
    """A note by hand marks a company; it takes no symbol from one that the SEC lists, nor marks that one."""
    table, _ = refreshed((), [Filed(1, "Ferrous Nickel Inc", "FERN", "NYSE")], DAY)
    facts = of_hand(
        ["2\tFERN\tOld Fern\t\tno longer listed since 2024", "2\tMOSS\tMoss\t\tno longer listed since 2023"]
    )
    found = by_id(added(table, facts, by_hand=True))
    assert {"ferrous-nickel": "", "moss": "no longer listed since 2023"} == {k: row.note for k, row in found.items()}


def test_a_row_by_hand_with_an_unknown_exchange_is_refused() -> None:
    """A misspelt suffix does not get into the table."""
    with pytest.raises(ValueError, match="no exchange has the suffix"):
        of_hand(["2\tKIE.XX\tKiefern"])


def test_members_of_indices_are_found_at_home() -> None:
    """By the index's own exchange, whatever else the list has; an American index tells the symbol in New York."""
    german = {"name": "Kiefern", "symbol": "KIE.DE", "symbols": [{"yahoo": "KIE.F"}, {"yahoo": "KFR"}]}
    bare = {"name": "Fichte", "symbol": "FIC"}
    facts = of_indices(
        {"DAX": {"companies": [german, bare]}, "S&P 500": {"companies": [{"name": "M", "symbol": "M.A"}]}}
    )
    assert (
        Fact("Kiefern", ("KIE.DE",), american=("KFR",)),
        Fact("Fichte", ("FIC.DE",)),
        Fact("M", (), weight=3, american=("M-A",)),
    ) == facts


def test_receipts_of_old_that_are_another_s_by_now_join_nothing() -> None:
    """An index list remembers a symbol in New York that went to a firm of another name; the firm keeps it."""
    listed = [Filed(1, "Kiefern AG", "KFR", "NYSE"), Filed(2, "Ferrous Nickel Inc", "FICH", "NYSE")]
    table, _ = refreshed((), listed, DAY)
    members = [Fact("Kiefern", ("KIE.DE",), american=("KFR",)), Fact("Fichte", ("FIC.DE",), american=("FICH",))]
    found = {row.name: row.symbols for row in added(table, members, by_hand=False)}
    assert {"Kiefern": ("KFR", "KIE.DE"), "Ferrous Nickel": ("FICH",), "Fichte": ("FIC.DE",)} == found


def test_names_by_hand_come_first() -> None:
    """A row keeps no name that companies.yaml gives to another, and a name that is taken shows the symbol."""
    sierra = Company("sierra", "Sierra", (Alias("Sierra"), Alias("Sierra AI")))
    table = [Row("sierra-bronze", "Sierra", ("SRRA",), "Sierra Corp", weight=1)]
    (row,) = named(table, {"sierra": sierra}, words())
    assert "Sierra (SRRA)" == row.name
    assert "Sierra" not in {alias.text for alias in row.aliases}


def test_the_shipped_table_is_wide_and_up_to_date() -> None:
    """At least 11,000 listings; and naming and hand-written facts have not changed since it was made.

    If this fails after a change of either: `make listings`.
    """
    as_of, known = rows(SHIPPED_TABLE.read_bytes())
    assert sum(len(row.symbols) for row in known) >= 11_000
    made = added(known, of_hand(WORLD.read_text(encoding="utf-8").splitlines()), by_hand=True)
    assert pack(named(distinct(made), written_companies(), words()), as_of) == SHIPPED_TABLE.read_bytes()


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("HubSpot", "HUBS"),
        ("P&G", "PG"),
        ("Bank of America", "BAC"),
        ("Samsung Electronics", "005930.KS"),
        ("TSMC", "TSM"),
        ("Hon Hai", "2317.TW"),
        ("Nestle", "NESN.SW"),
        ("Moutai", "600519.SS"),
        ("Petrobras", "PBR"),
        ("Shake Shack", "SHAK"),
        ("Lasertec", "6920.T"),
        ("Tata Steel", "TATASTEEL.NS"),
        ("CommBank", "CBA.AX"),
        ("Twitter", None),
    ],
)
def test_the_world_s_companies_are_found_by_name(text: str, symbol: str | None) -> None:
    """Those that headlines name, with the main listing where it is."""
    owners = [c for c in shipped().companies.values() if any(alias.text == text for alias in c.aliases)]
    assert [symbol] == [company.symbol for company in owners]


def test_written_companies_come_before_those_of_the_table() -> None:
    """The first one has a contested name; and the written one has what the table adds."""
    config = shipped()
    origins = [company.origin for company in config.companies.values()]
    assert origins == sorted(origins, key=[Origin.CURATED, Origin.LISTED].index)
    assert {"Google", "Alphabet Inc"} <= {alias.text for alias in config.by_symbol["GOOG"].aliases}
    assert config.by_symbol["GOOG"] is config.by_symbol["GOOGL"]


def test_a_user_extends_a_company_of_the_table_by_its_id(tmp_path: Path) -> None:
    """With names of its own, less names, groups; the table's listings and names stay."""
    text = "shake-shack: {aliases: [The Shack], never: [Shake Shack], groups: [burgers]}\n"
    company = shipped(write(tmp_path, {"companies.yaml": text})).by_symbol["SHAK"]
    assert ("shake-shack", Origin.YOURS, ("burgers",)) == (company.id, company.origin, company.groups)
    texts = {alias.text for alias in company.aliases}
    assert ("The Shack" in texts, "Shake Shack" in texts) == (True, False)


def test_a_name_of_the_table_can_be_forbidden_to_a_written_company(tmp_path: Path) -> None:
    """And a name that it never had is told as a mistake."""
    id_, derived = next(
        (company.id, alias.text)
        for company in shipped().companies.values()
        for alias in company.aliases
        if company.origin is Origin.CURATED and alias.trust is AliasClass.DISTINCT
    )
    result = load(write(tmp_path, {"companies.yaml": f"{id_}: {{never: [{derived}, Big Teal]}}\n"}))
    assert result.config is not None
    assert derived not in {alias.text for alias in result.config.companies[id_].aliases}
    assert [f"Big Teal is no name of {id_} anyway: remove it here"] == [problem.message for problem in result.problems]


@pytest.mark.parametrize("name", ["SHAK", "Shake Shack", "shake shack", "shake-shack"])
def test_a_watchlist_names_a_company_of_the_table(tmp_path: Path, name: str) -> None:
    """By symbol, name or id."""
    text = f'name: Food\nchannel: "#food"\ncompanies: [{name}]\n'
    config = shipped(write(tmp_path, {"watchlists/food.yaml": text}))
    assert [("shake-shack", "SHAK")] == [(one.company, one.symbol) for one in config.watchlists[0].companies]


def test_a_watched_stock_that_is_no_longer_listed_is_told(tmp_path: Path) -> None:
    """A warning: it will never have a price."""
    files = {"watchlists/old.yaml": 'name: Old\nchannel: "#old"\ncompanies: [WBA]\n'}
    whole, problem = load(write(tmp_path, files)).problems
    assert (False, True) == (whole.fatal, "this list can never alert" in whole.message)
    assert (False, True) == (problem.fatal, "WBA is no longer listed since 2025" in problem.message)


def test_a_dropped_company_is_gone_with_its_relations(tmp_path: Path) -> None:
    """Of the table or of the written ones; a watchlist that names it is told so."""
    files = {"companies.yaml": "shake-shack: {drop: true}\nnvidia: {drop: true}\n"}
    config = shipped(write(tmp_path, files))
    assert {"nvidia", "shake-shack"}.isdisjoint(config.companies)
    assert {"NVDA", "SHAK"}.isdisjoint(config.by_symbol)
    assert not any("nvidia" in {one.source, one.target} for one in config.relations)
    files = {"watchlists/food.yaml": 'name: Food\nchannel: "#food"\ncompanies: [AMD, SHAK]\n'}
    (problem,) = load(write(tmp_path, files)).problems
    assert (True, True) == (problem.fatal, "SHAK is dropped in " in problem.message)


def test_an_unknown_company_cannot_be_dropped(tmp_path: Path) -> None:
    """The nearest id is offered."""
    (problem,) = load(write(tmp_path, {"companies.yaml": "nvidea: {drop: true}\n"})).problems
    assert (True, "there is no company nvidea to drop: did you mean nvidia?") == (problem.fatal, problem.message)


def test_a_company_of_one_s_own_with_a_listed_symbol_is_that_company(tmp_path: Path) -> None:
    """Its row of the table is no second one."""
    config = shipped(write(tmp_path, {"companies.yaml": "burgers: {name: Burger Club, symbols: [SHAK]}\n"}))
    assert "burgers" == config.by_symbol["SHAK"].id
    assert "shake-shack" not in config.companies
    assert {"Burger Club", "Shake Shack"} <= {alias.text for alias in config.by_symbol["SHAK"].aliases}


def test_the_newer_table_counts(tmp_path: Path) -> None:
    """A refreshed one that is older than the shipped one does not, nor one that cannot be read; that is told."""
    path = tmp_path / "listings.tsv.gz"
    as_of = listings.read(SHIPPED_TABLE).as_of
    found = []
    for day in (as_of.replace(year=as_of.year - 1), as_of.replace(year=as_of.year + 1)):
        listings.write(path, pack([MILL], day))
        result = load(None, refreshed=path)
        assert result.config is not None
        found.append("MILL" in result.config.by_symbol)
    assert [False, True] == found
    path.write_bytes(b"hello")
    result = load(None, refreshed=path)
    assert [False] == [problem.fatal for problem in result.problems]
    assert "refresh it with `aftershock companies update`" in result.problems[0].message
    assert result.config is not None


def test_the_fingerprint_tells_one_table_from_another(tmp_path: Path) -> None:
    """A changed name in the table is another configuration."""
    day = listings.read(SHIPPED_TABLE).as_of.replace(year=2099)
    prints = set()
    for name in ("Old Mill", "New Mill"):
        path = tmp_path / f"{name[:3]}.gz"
        listings.write(path, pack([Row("mill", name, ("MILL",))], day))
        config = load(None, refreshed=path).config
        assert config is not None
        prints.add(config.fingerprint)
    assert 2 == len(prints)


def test_nothing_shipped_means_no_table(tmp_path: Path) -> None:
    """A folder of one's own, for tests, has the companies that it names."""
    config = load(write(tmp_path, {"companies.yaml": "a: {name: Acorn Works}\n"}), shipped=False).config
    assert config is not None
    assert ["a"] == list(config.companies)
    assert Table(date.min, {}) == listings.NOTHING
