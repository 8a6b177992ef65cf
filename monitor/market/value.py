"""What a company is worth in dollars, and how much of that a move took or gave: rule 3 of the design.

Pure: shares, ratio, price and exchange rate come in. The value is the issuer's, all share classes, whichever listing
moved; where our own count and the price source's figure disagree, nothing is better than a number to doubt.
"""

from datetime import timedelta
from typing import Final

from config.types import Company, Instrument
from monitor.types import Quote

COUNT_AGE: Final = timedelta(days=400)
"""A share count serves so long before and after its date: a year, and the weeks until the next filing is in."""
DISAGREEMENT: Final = 0.05
"""Two figures further apart than this give none; rule 3 of the design."""
MINOR: Final = {"GBX": ("GBP", 100), "ZAC": ("ZAR", 100), "ILA": ("ILS", 100)}
"""Minor units that prices are quoted in: the currency they are part of, and how many make one of it."""


def fx_symbol(currency: str) -> str | None:
    """The Yahoo symbol of the dollars that one unit of `currency` buys; None for the dollar itself.

    Minor units have their currency's rate: `GBX` gives `GBPUSD=X`, and `market_value` divides by 100.
    """
    major, _ = MINOR.get(currency, (currency, 1))
    return None if major == "USD" else f"{major}USD=X"


def market_value(company: Company, instrument: Instrument, quote: Quote, rate: float | None) -> float | None:
    """The issuer's whole market value in US dollars at the quote's price, None where it cannot be known.

    From the company's own share count if it is dated within 400 days of the quote, else from the price source's
    figure, but not for a depositary receipt, where sources often miss the ratio. Where both are known and differ by
    more than 5 %, None. `rate` is dollars per unit of the currency (of pounds for pence); not read for dollars.
    """
    ours = None
    shares = company.shares
    if shares and abs(quote.time.date() - shares.as_of) <= COUNT_AGE:
        ours = shares.shares / instrument.shares_per_receipt * quote.price
    theirs = quote.market_value
    if ours and theirs and abs(theirs / ours - 1) > DISAGREEMENT:
        return None
    local = ours if ours or instrument.shares_per_receipt != 1 else theirs
    unit = _dollars(quote.currency, rate)
    return local * unit if local and unit else None


def value_change(value: float | None, base_price: float, price: float) -> float | None:
    """The dollars by which a market value of `value` at `price` differs from that at `base_price`."""
    return None if value is None else value * (1 - base_price / price)


def _dollars(currency: str, rate: float | None) -> float | None:
    """Dollars per unit that the price is quoted in."""
    major, units = MINOR.get(currency, (currency, 1))
    if major == "USD":
        return 1 / units
    return rate / units if rate else None
