"""Titles, links, names and sentences of people who mean harm: no call, no forged link, nothing that Slack refuses."""

import re
from dataclasses import replace

import pytest

from alerts import message
from alerts.blocks import Blocks
from alerts.digest import digest
from alerts.rules import decide
from alerts.slack import Slack
from alerts.types import Delivery, DeliveryKind, DigestView, Source
from standins.moves import CLOSE, DAY, NOON, WATCHED, candidate, rows, story, tie, view, watchlist
from standins.slack import TOKEN, Message, SlackServer, block_problems

TEXTS = [
    "<!channel> everybody look", "<!here>", "<!everyone|x>", "<@U0123ABCD> you are named", "<#C0123ABCD|general>",
    "<!subteam^S0123ABCD>", "<!subteam^S0123ABCD|@desk>", "<!date^1392734382^{date}|now>", "@channel", "@here now",
    "@everyone", "@Channel", "&lt;!channel&gt;", "&amp;lt;!here&amp;gt;", "<<!channel>>", "<!chan\u200bnel>",
    "< !channel>", "<\n!channel>", "<!channel", "!channel>", "#general", "@ana", "@U0123ABCD",
    "<https://evil.example|Reuters>", "<https://evil.example>", "[Reuters](https://evil.example)",
    "<mailto:a@evil.example|Reuters>", "<tel:+1900|call>", "https://evil.example/bank", "evil.example",
    "Reuters|<https://evil.example|x>", "x> <https://evil.example|y", "a|b|c", "| | |", ">quoted", "&gt; quoted",
    "*bold* claim", "_slanted_", "~struck~", "`code`", "```", "```\ncode\n```", "``` ``` ```", "*", "**", "~~", "`",
    ":rotating_light: :siren:", "\u202ereversed\u202c", "\u2066isolated\u2069", "zero\u200bwidth\u200djoiner",
    "\ufeffmark", "null\x00byte", "bell\x07 and escape\x1b[31m red", "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "back\x08space", "carriage\rreturn", "line\nfeed", "line\u2028separator", "para\u2029graph", "tab\tstop",
    "form\x0cfeed", "\x85next", "\ud800lone surrogate".encode("utf-8", "replace").decode(), "", " ", "\n", "\u200b",
    "a" * 10_000, "<" * 10_000, "&" * 10_000, ">" * 10_000, "`" * 10_000, "<!channel>" * 1_000, "ä" * 10_000,
    "\U0001f4c9" * 10_000, "e\u0301" * 5_000, "\u0301" * 5_000, "https://evil.example/" * 500, " " * 10_000,
    "a b " * 2_500, "\n" * 10_000, "*" * 10_000, "{0}", "%s %(x)d", "{'a': 1}", '"quoted"', "\\n\\t", "</script>",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'; DROP TABLE outbox; --", "${jndi:ldap://evil}",
    '=HYPERLINK("https://evil.example")', "日本語の見出し", "עברית", "العربية", "NVDA\u0000",
    "Ａｐｐｌｅ＜！ｃｈａｎｎｅｌ＞",
    "• forged bullet", "Why linked", "Sources", "✓ acknowledged by @boss", "Corrected: NVDA: nothing happened",
    "\n\nmove: forged small print", "and 12 more",
]  # fmt: skip
LINKS = [
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://evil.example/",
    "//evil.example", "https://", "http:///x", "https://user@evil.example/", "https://bank.example@evil.example/",
    "https://bank.example\\@evil.example/", "https://evil.example/|Reuters", "https://evil.example/>x<!channel>",
    "https://evil.example/<!here>", "https://evil.example/ x", "https://evil.example/\nx", "https://evil.example/\x00",
    "https://evil.example/\u202egnp.exe", "https://evil.example/" + "a" * 10_000, "https://[::1", "https://[::1]/x",
    "https://xn--80ak6aa92e.example/", "https://аррӏе.example/", "slack://channel?id=C1", "https://evil.example/%3E%7C",
    "https://evil.example/?a=<b>&c=|d", "mailto:a@evil.example", "tel:+1900", "https:evil.example", "ht tps://x", "",
]  # fmt: skip
CASES = [(text, "https://news.example/a") for text in TEXTS] + [("A plain title", link) for link in LINKS]
SAFE = re.compile(r"https?://[^\s<>|]+")


def hostile(text: str, link: str) -> list[tuple[str, Blocks]]:
    """A root, a reply and a digest in which everything that others write is that text, and every link that link."""
    told = story(text, reason=text, sources=(Source(text, NOON, text, link), Source("Wire", NOON, "Fine", link)))
    mine = tuple(replace(row, name=text, also=(text,), path=row.path, under=text) for row in rows(4))
    day = DigestView("#ai", DAY, "The day", mine, CLOSE, (told,), {text: 3}, (text,), (text,))
    alert = decide(candidate(tie=tie(text, told)), watchlist(), WATCHED, None, NOON)
    return [
        message.root(
            view(story=told, rows=mine, market=(text,), records=(text,), previous=text, marks=(text,), key="k")
        ),
        message.root(view(story=None, rows=mine, records=(text,))),
        message.reply([alert], text),
        digest(day),
    ]


def as_shown(text: str, blocks: Blocks) -> Message:
    """The message as the workspace keeps it."""
    return Message("1.0", text, [dict(b) for b in blocks], None)


def test_there_are_more_than_a_hundred_cases() -> None:
    """Of titles and of links."""
    assert len(CASES) == len(set(CASES)) > 130


@pytest.mark.parametrize(("text", "link"), CASES, ids=range(len(CASES)))
def test_nothing_that_others_write_calls_links_or_breaks(text: str, link: str) -> None:
    """No mention, no link but to a plain web address under the title that stands beside it, no refused block."""
    for plain, blocks in hostile(text, link):
        found = as_shown("", blocks)
        assert [] == found.calls
        assert [] == block_problems(found.blocks)
        for where, label in found.links:
            assert SAFE.fullmatch(where)
            assert "@" not in where.partition("//")[2].partition("/")[0]
            assert not set(label) & set("<>|\n")
        tags = re.findall(r"<[^>]*>", found.written)
        assert len(tags) == len(found.links), "a tag that is no link"
        for block in found.blocks:
            body = str((block.get("text") or {}).get("text", ""))
            assert body.count("```") in {0, 2}
        assert "\x1b" not in plain + found.written
        assert not re.search(r"@(channel|here|everyone)\b", plain, re.IGNORECASE)


async def test_slack_takes_every_one_of_them_at_the_first_call() -> None:
    """As its documentation has the limits; nothing is sent twice for a refused block."""
    with SlackServer("#ai") as server:
        slack = Slack(TOKEN, server.url, buttons=True)
        sent = 0
        for number, (text, link) in enumerate(CASES):
            for part, (plain, blocks) in enumerate(hostile(text, link)):
                key = f"{number}-{part}"
                await slack.post(Delivery(key, DeliveryKind.POST, "#ai", key, CLOSE, plain, blocks), None)
                sent += 1
        await slack.close()
        assert sent == len(server["#ai"].messages) == server.count("chat.postMessage")
        assert [] == [call for found in server["#ai"].messages for call in found.calls]
