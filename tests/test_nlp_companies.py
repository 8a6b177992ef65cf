"""Which candidates name a company: doubtful words by context, people, document memory, scores."""

import pytest
import spacy
from spacy.tokens import Doc

from config.types import Alias, AliasClass, Company, Instrument, Origin
from nlp.aliases import Aliases
from nlp.companies import Companies, CompaniesComponent
from nlp.pipeline import register
from standins.firms import FIRMS, firm

COMPANIES = Companies(Aliases(FIRMS))


def named(text: str) -> list[str]:
    """The companies found, each once, in order."""
    return list(dict.fromkeys(mention.company for mention in COMPANIES.find(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Apple unveils a cheaper iPad", ["apple"]),
        ("Shares of Apple slipped on Tuesday", ["apple"]),
        ("Why Apple Stock Rose This Week", ["apple"]),
        ("Suppliers expect that Apple will order less", ["apple"]),
        ("Apple's chief visits Shanghai", ["apple"]),
        ("Apple orchards in Kent had a good year", []),
        ("The Apple Crop Failed Again", []),
        ("She bit into an apple", []),
        ("Big Apple Marathon Draws Thousands", []),
        ("Meta to cut 3,600 staff", ["meta"]),
        ("The Court Said Meta Must Pay", ["meta"]),
        ("A meta discussion about meta jokes", []),
        ("Meta-analysis of 40 trials finds no effect", []),
        ("Arm licenses its designs to Microsoft", ["arm", "microsoft"]),
        ("Samsung, Arm and TSMC join hands", ["samsung", "arm", "tsmc"]),
        ("Arm injuries are common in tennis", []),
        ("The bank's investment Arm grew", []),
        ("Target cuts its sales outlook", ["target"]),
        ("Walmart and Target shares fall", ["target"]),
        ("Fed Keeps Inflation Target Unchanged", []),
        ("Broker lifts Price Target on Nvidia", ["nvidia"]),
        ("Block Inc shares jump", ["block"]),
        ("Judge Moves to Block Merger", []),
        ("Building Block of Life Found", []),
        ("Oracle beats estimates", ["oracle"]),
        ("Buffett, the Oracle of Omaha, sells", []),
        ("Japan's chip tool maker Disco fell 2%", ["disco"]),
        ("Disco (6146.T) fell 2%", ["disco"]),
        ("Disco music is back", []),
        ("the chip company disco fell", ["disco"]),
        ("the company disco was loud", []),
        ("Anthropic's Claude writes code", ["anthropic"]),
        ("Claude 3.5 tops a coding test", ["anthropic"]),
        ("Claude Monet's garden reopens", []),
        ("Google trains Gemini 2.0 on new chips", ["alphabet"]),
        ("Gemini season begins on 21 May", []),
        ("Llama 4 is out", ["meta"]),
        ("Llama farm opens to visitors", []),
        ("Amazon workers vote to strike", ["amazon"]),
        ("Loggers cut deep into the Amazon rainforest", []),
        ("NVIDIA CUTS PRICES OF GAMING CARDS", ["nvidia"]),
        ("Apple Hospitality declares a dividend", []),
        ("Apple Growth Fund reports its year", []),
        ("Microsoft Vs. Apple: who is larger?", ["microsoft", "apple"]),
        ("Will Apple Move Production To India?", ["apple"]),
    ],
)
def test_an_ordinary_word_counts_where_its_surroundings_say_so(text: str, expected: list[str]) -> None:
    """Doubtful names need a finance noun, a verb of business, a neighbour, a capital that means something."""
    assert expected == named(text)


def listed(name: str, symbol: str, trust: AliasClass) -> Company:
    """A company of the wide table with one derived alias."""
    instruments = (Instrument(symbol, "XNYS", "USD"),)
    return Company(name.lower().replace(" ", "-"), name, (Alias(name, trust=trust),), instruments, origin=Origin.LISTED)


WIDE = Companies(
    Aliases(
        [
            *FIRMS,
            listed("Rivola", "RVLA", AliasClass.DISTINCT),
            listed("Tern", "TERN", AliasClass.UNCOMMON),
            listed("Silver Lantern", "SLVL", AliasClass.UNCOMMON),
            listed("Harbor", "HRBX", AliasClass.ORDINARY),
            listed("Table", "TBLX", AliasClass.EVERYDAY),
            listed("Dawson", "DWSN", AliasClass.NAMESAKE),
            listed("Emberly", "EMB", AliasClass.DISTINCT),
        ]
    )
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a name that is no word needs nothing, unless it is part of another firm's
        ("A day with Rivola", ["rivola"]),
        ("Rivola Family Office LLC trims its book", []),
        ("Rivola Growth Fund pays out", []),
        ("Rivola Technologies Inc. hires", ["rivola"]),
        ("Rivola Minerals Inc. drills", []),
        ("Students of Rivola University march", []),
        # an uncommon word counts unless it stands in a longer name
        ("Regulators visit Tern in Ohio", ["tern"]),
        ("the song of Arctic Tern lovers", []),
        ("Silver Lantern Opens Ninth Store", ["silver-lantern"]),
        # an ordinary word needs one sign
        ("Harbor shares climb after results", ["harbor"]),
        ("Harbor unveils a cheaper boat", ["harbor"]),
        ("Harbor Inc moves its head office", ["harbor"]),
        ("Stake in Harbor grows", ["harbor"]),
        ("Microsoft, Harbor and Apple shares fall", ["microsoft", "harbor", "apple"]),
        ("Boats wait outside Harbor", []),
        ("Harbor master retires", []),
        ("Harbor 900 is a new model", []),
        ("Town's Harbor To Be Dredged", []),
        # an everyday word needs two
        ("Table shares fall as revenue misses", ["table"]),
        ("Table Corp. posts a loss", ["table"]),
        ("Table rises in the middle of the room", []),
        # a person's name needs business beside it
        ("Why Dawson Stock Is Plunging Today", ["dawson"]),
        ("Dawson acquires a rival and raises revenue outlook", ["dawson"]),
        ("Dawson wins gold in Rome", []),
        ("Kerry Dawson stock picks of the week", []),
        ("Dawson says rain delayed play", []),
        # tickers: three letters and words need company
        ("EMB shares fall", ["emberly"]),
        ("EMB meets in Paris", []),
        ("Fast movers: NVDA, EMB, AAPL", ["nvidia", "emberly", "apple"]),
        ("Harbor (EMB) climbs", ["emberly"]),
        ("Harbor (HRBX) climbs", ["harbor"]),
        # the only candidate of a text about stocks needs less
        ("Harbor: Analysts Weigh In", ["harbor"]),
        ("A Quiet Harbor", []),
    ],
)  # fmt: skip  # one row a case
def test_a_derived_name_needs_signs_by_its_class(text: str, expected: list[str]) -> None:
    """From unlike any word to a person's name, ever more must stand beside it."""
    assert expected == list(dict.fromkeys(mention.company for mention in WIDE.find(text)))


def test_a_brand_that_is_a_firms_name_goes_by_what_it_does() -> None:
    """Products ship, firms report earnings: the same word is one or the other."""
    firms = [firm("Amber Works", "AMBW", doubtful_brands=["Helion"]), listed("Helion", "HLNX", AliasClass.UNCOMMON)]
    both = Companies(Aliases(firms))
    assert ["helion"] == [m.company for m in both.find("Helion earnings top views")]
    assert ["amber-works"] == [m.company for m in both.find("Helion 2 model ships with new AI chips")]


def test_a_person_stands_for_a_company_only_beside_it() -> None:
    """Jensen Huang is not Nvidia, but where Nvidia is named he points at it too."""
    assert [] == named("Jensen Huang gave a talk in Taipei")
    mentions = COMPANIES.find("Jensen Huang said that Nvidia will build robots")
    assert ["person", "name"] == [m.via for m in mentions]


def test_a_company_that_is_certain_once_is_believed_elsewhere() -> None:
    """After `Arm Holdings`, a bare `Arm` at the start of a sentence is the company."""
    assert [] == named("Arm strength is rising.")
    text = "Arm Holdings reported on Wednesday. Arm strength is rising."
    assert ["Arm Holdings", "Arm"] == [m.text for m in COMPANIES.find(text)]


def test_scores_fall_with_doubt() -> None:
    """Safe names score above cased ones, those above doubtful ones; the more signs, the higher."""
    safe = COMPANIES.find("Nvidia")[0].score
    cased = COMPANIES.find("Fires and Amazon")[0].score
    many = COMPANIES.find("Apple Inc's rival said that Apple shares fell")[-1].score
    few = COMPANIES.find("They looked at Apple")[0].score
    assert safe > cased > few
    assert many > few
    assert all(0 < score < 1 for score in (safe, cased, many, few))


def test_given_symbols_are_mentions_without_a_place() -> None:
    """A feed's symbol counts though the text doesn't name the company, each company once."""
    mentions = COMPANIES.given(["NASDAQ:NVDA", "GOOG", "GOOGL", "UNKNOWN"])
    assert [("nvidia", "NASDAQ:NVDA", 0, 0), ("alphabet", "GOOG", 0, 0)] == [
        (m.company, m.text, m.start, m.end) for m in mentions
    ]
    assert {"ticker"} == {m.via for m in mentions}


def test_the_component_puts_spans_into_any_doc() -> None:
    """The pipe works on a Doc made by hand, without a model, and labels each span with the company."""
    register()
    doc = Doc(spacy.blank("en").vocab, words=["Nvidia", "buys", "chips", "from", "TSMC"])
    doc = CompaniesComponent().load(COMPANIES)(doc)
    assert [("Nvidia", "nvidia"), ("TSMC", "tsmc")] == [(s.text, s.label_) for s in doc.spans["companies"]]
    assert doc._.mentions[0] == doc.spans["companies"][0]._.mention
