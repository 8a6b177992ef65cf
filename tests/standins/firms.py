"""A dozen companies, made by hand, for tests of the nlp room that must not depend on the shipped list."""

from collections.abc import Sequence

from config.types import Alias, AliasClass, Company, Instrument


def firm(
    name: str,
    *symbols: str,
    safe: Sequence[str] = (),
    cased: Sequence[str] = (),
    doubtful: Sequence[str] = (),
    brands: Sequence[str] = (),
    doubtful_brands: Sequence[str] = (),
    people: Sequence[str] = (),
    ai: bool = False,
) -> Company:
    """A company whose id is its name in lower case with hyphens."""
    aliases = [
        *(Alias(text) for text in safe),
        *(Alias(text, trust=AliasClass.CASED) for text in cased),
        *(Alias(text, trust=AliasClass.DOUBTFUL) for text in doubtful),
        *(Alias(text, via="brand") for text in brands),
        *(Alias(text, via="brand", trust=AliasClass.DOUBTFUL) for text in doubtful_brands),
        *(Alias(text, via="person") for text in people),
    ]
    listings = tuple(Instrument(symbol, "XNYS", "USD") for symbol in symbols)
    return Company(name.lower().replace(" ", "-"), name, tuple(aliases), listings, ai_business=ai)


FIRMS = (
    firm("NVIDIA", "NVDA", brands=["Blackwell chip"], people=["Jensen Huang"], ai=True),
    firm("Apple", "AAPL", safe=["Apple Inc"], doubtful=["Apple"], brands=["iPhone"], people=["Tim Cook"]),
    firm("Meta", "META", safe=["Meta Platforms"], doubtful=["Meta"], doubtful_brands=["Llama"]),
    firm("Alphabet", "GOOGL", "GOOG", safe=["Google"], doubtful_brands=["Gemini"]),
    firm("Microsoft", "MSFT", brands=["Azure"]),
    firm("Amazon", "AMZN", cased=["Amazon"], safe=["Amazon.com"], brands=["AWS"]),
    firm("AMD", "AMD", safe=["Advanced Micro Devices"], cased=["AMD"], ai=True),
    firm("Arm", "ARM", safe=["Arm Holdings"], doubtful=["Arm"], ai=True),
    firm("Target", "TGT", safe=["Target Corp"], doubtful=["Target"]),
    firm("Block", "XYZ", safe=["Block Inc"], doubtful=["Block"]),
    firm("Oracle", "ORCL", doubtful=["Oracle"]),
    firm("TSMC", "TSM", "2330.TW", ai=True),
    firm("Samsung", "005930.KS", safe=["Samsung Electronics"]),
    firm("Tencent", "0700.HK"),
    firm("SoftBank", "9984.T"),
    firm("Schneider Electric", "SU.PA"),
    firm("Siemens", "SIE.DE"),
    firm("Siemens Energy", "ENR.DE"),
    firm("Johnson & Johnson", "JNJ"),
    firm("Disco", "6146.T", safe=["Disco Corp"], doubtful=["Disco"]),
    firm("High-Flyer", safe=["High-Flyer Capital"], doubtful=["High-Flyer"]),
    firm("OpenAI", safe=["Open AI"], brands=["ChatGPT"], ai=True),
    firm("DeepSeek", ai=True),
    firm("Anthropic", doubtful_brands=["Claude"], ai=True),
    firm("Berkshire Hathaway", "BRK-B"),
    firm("Estée Lauder", "EL"),
)
