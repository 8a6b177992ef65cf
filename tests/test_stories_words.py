"""What sort of title it is, and what is left of it without its wording."""

import pytest

from monitor.stories.kinds import kind_of
from monitor.stories.words import figures, named_numbers, stems, weight
from monitor.types import Kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Acme launches a chip", Kind.NEWS),
        ("Acme's revenue climbs 20% on server demand", Kind.RESULTS),
        ("Acme tops analysts' estimates, lifts full-year outlook", Kind.RESULTS),
        ("Acme (ACM) Q2 2025 Earnings Call Transcript", Kind.RESULTS),
        ("Acme earnings preview: margins in doubt", Kind.PREVIEW),
        ("Should You Buy Acme Stock Before May 28?", Kind.PREVIEW),
        ("Acme set to report higher profit on Tuesday", Kind.PREVIEW),
        ("Acme slips as traders await results", Kind.PREVIEW),
        ("Big Bank raises Acme price target to $90", Kind.TARGET),
        ("Big Bank keeps its buy rating on Acme", Kind.TARGET),
        ("Acme cuts its revenue target for the year", Kind.RESULTS),
        ("Stock market today: Dow slips as yields jump", Kind.WRAP),
        ("S&P 500 closes at record on tech strength", Kind.WRAP),
        ("Wall Street rallies after inflation report", Kind.WRAP),
        ("Stocks to watch next week: Acme, Bolt", Kind.CALENDAR),
        ("Week ahead: Fed minutes and Acme results", Kind.CALENDAR),
        ("3 AI Stocks to Buy Now", Kind.PICKS),
        ("Acme vs. Bolt: Which Is the Better Buy?", Kind.PICKS),
        ("Billionaire Jane Doe Sold Acme and Bought Bolt", Kind.PICKS),
        ("Acme Rings Nasdaq Closing Bell", Kind.NEWS),
        ("Ten years on: the merger that made Acme", Kind.PAST),
        ("On this day in 1999: Acme's first chip", Kind.PAST),
        ("If you had invested $1,000 in Acme at its IPO", Kind.PAST),
        ("Acme to spend $3 billion over ten years on AI", Kind.NEWS),
        ("Acme has its best day in a decade", Kind.NEWS),
        ("Acme start-up plans to buy hundreds of chips", Kind.NEWS),
        ("", Kind.NEWS),
    ],
)  # fmt: skip
def test_the_sort_of_a_title(title: str, kind: Kind) -> None:
    """Each sort, and what looks like one."""
    assert kind == kind_of(title)


def test_wording_is_taken_off() -> None:
    """Inflections and words that outlets use for one another."""
    one = stems({"unveils", "chips", "soared", "acquisition"})
    assert one == stems({"launching", "semiconductor", "jump", "takeover"})
    assert frozenset() == stems({"ai", "stocks", "billion", "2025"})


def test_figures_have_one_spelling() -> None:
    """By currency, unit and thousands; years, days and small counts are none."""
    assert figures("$10 billion") == figures("10B") == figures("€10 bn") == figures("10bn") == {"10b"}
    assert {"6000", "3%"} == figures("6,000 jobs, 3 percent, on 26 Feb 2025, 5 reasons")
    assert {"4.5gw", "2.19"} == figures("4.5 gigawatts at $2.19")


def test_products_are_told_by_name_and_number() -> None:
    """Written either way; months, quarters and lists are none."""
    assert named_numbers("xAI unveils Grok 3") == named_numbers("xAI's Grok-3 is here") == {"grok-3"}
    assert frozenset() == named_numbers("Top 5 picks on May 28, Phase 2, Q 4")


def test_a_rare_word_weighs_more_than_a_common_company() -> None:
    """As counted in headlines of this trade; an unseen word most."""
    assert weight("@nvidia") < weight("@intel") < weight("zyzzyva")
