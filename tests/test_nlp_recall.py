"""What a longer text calls a company once it has named it: initials, short forms, misspelt names."""

import pytest

from nlp.aliases import Aliases
from nlp.companies import Companies
from standins.firms import FIRMS, firm

FILLER = (
    "The weather in the valley stayed mild for most of the week, and the shops along the river kept longer hours than "
    "they had in years. People walked their dogs, children flew kites, and nobody hurried home before the lamps were "
    "lit. It rained once, on the Thursday, and the gardens were glad of it."
)
COMPANIES = Companies(
    Aliases(
        [
            *FIRMS,
            firm("Tollund Brothers", "TLBX"),
            firm("Umber Semiconductor Corp", "UMBS", safe=["Umber Semiconductor"]),
            firm("Northern Lights Power", "NLPX"),
        ]
    )
)


def texts(text: str) -> list[tuple[str, str]]:
    """Company and words of each mention."""
    return [(mention.company, mention.text) for mention in COMPANIES.find(f"{text} {FILLER}")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # misspelt: one edit, two in a long name or one of two halves
        ("DeepSeek grows. Deepseak hires.", [("deepseek", "DeepSeek"), ("deepseek", "Deepseak")]),
        ("DeepSeek grows. Deep Shek hires.", [("deepseek", "DeepSeek"), ("deepseek", "Deep Shek")]),
        ("DeepSeek grows. Deep Sep is cheap.", [("deepseek", "DeepSeek"), ("deepseek", "Deep Sep")]),
        ("DeepSeek grew until Deep Sep 12 came.", [("deepseek", "DeepSeek")]),
        ("DeepSeek likes the Deep Sea.", [("deepseek", "DeepSeek")]),
        ("Microsoft grows. Mircosoft hires.", [("microsoft", "Microsoft"), ("microsoft", "Mircosoft")]),
        ("Tencent grows. Tangent lines bend.", [("tencent", "Tencent")]),
        ("Samsung grows. Samson was strong.", [("samsung", "Samsung")]),
        ("Deepseak hires, but who is that?", []),
        # initials in brackets after the name count from then on
        (
            "Umber Semiconductor Corp (USC) grows. USC hires.",
            [
                ("umber-semiconductor-corp", "Umber Semiconductor Corp"),
                ("umber-semiconductor-corp", "USC"),
                ("umber-semiconductor-corp", "USC"),
            ],
        ),
        (
            "Umber Semiconductor (CEO) grows. CEO hires.",
            [("umber-semiconductor-corp", "Umber Semiconductor")],
        ),
        # the first word of a longer name, where it acts or owns
        (
            "Tollund Brothers grows. Tollund said it would build. Few know Tollund's plan.",
            [("tollund-brothers", text) for text in ("Tollund Brothers", "Tollund", "Tollund")],
        ),
        ("Northern Lights Power grows. Northern said so.", [("northern-lights-power", "Northern Lights Power")]),
    ],
)  # fmt: skip  # one row a case
def test_a_text_may_name_a_company_more_shortly_the_second_time(text: str, expected: list[tuple[str, str]]) -> None:
    """Nothing is added that the text has not named in full, and no ordinary word is taken for a slip."""
    assert expected == texts(text)


def test_later_mentions_score_below_the_name_itself() -> None:
    """Initials are surer than a short form, a short form than a slip."""
    scores = [m.score for m in COMPANIES.find(f"DeepSeek grows. Deep Shek hires. {FILLER}")]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[1]


def test_a_headline_is_not_searched_for_slips() -> None:
    """A short text names its companies once."""
    assert ["DeepSeek"] == [m.text for m in COMPANIES.find("DeepSeek grows. Deep Shek hires.")]
