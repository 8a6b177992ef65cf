"""The Slack notifier against a workspace that speaks Slack's Web API: what arrives, what is found, what is said."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ruamel.yaml import YAML

from alerts import message
from alerts.slack import SCOPES, Slack, manifest
from alerts.types import Delivery, DeliveryError, DeliveryKind, Picture, Source
from standins.moves import CLOSE, rows, story, view
from standins.outbox import START, delivery
from standins.slack import TOKEN, Fault, SlackServer

REPLY, UPDATE = DeliveryKind.REPLY, DeliveryKind.UPDATE
LONG_AGO = START - timedelta(days=365)


@pytest.fixture
def server() -> Iterator[SlackServer]:
    """A workspace with a channel."""
    with SlackServer("#ai") as server:
        yield server


@pytest.fixture
async def slack(server: SlackServer) -> AsyncIterator[Slack]:
    """The notifier, connected to it."""
    slack = Slack(TOKEN, server.url, timeout=5)
    yield slack
    await slack.close()


def root_delivery(**more: Any) -> Delivery:  # noqa: ANN401  any field of a view
    """The root message of the day."""
    text, blocks = message.root(view(**more))
    return Delivery("root", DeliveryKind.POST, "#ai", "root", CLOSE, text, blocks, rows(), "s1")


async def test_a_root_arrives_with_its_key_its_blocks_and_no_previews(server: SlackServer, slack: Slack) -> None:
    """The key travels in the metadata; links do not unfold into cards."""
    ts = await slack.post(root_delivery(), None)
    (found,) = server["#ai"].roots
    assert (ts, "root") == (found.ts, found.key)
    assert list(root_delivery().blocks) == found.blocks
    _, args = server.calls[-1]
    assert (False, False) == (args["unfurl_links"], args["unfurl_media"])
    assert found.text.startswith("NVDA -17.0 % (6.4 sigma), -$593 bn; AVGO")


async def test_a_reply_is_broadcast_only_when_asked(server: SlackServer, slack: Slack) -> None:
    """Both stand in the thread, one in the channel as well."""
    ts = await slack.post(delivery("root"), None)
    await slack.post(delivery("quiet", REPLY), ts)
    await slack.post(delivery("loud", REPLY, broadcast=True), ts)
    assert [("quiet", False), ("loud", True)] == [(m.key, m.broadcast) for m in server["#ai"].replies(ts)]


async def test_an_edit_redraws_the_message_and_keeps_its_key(server: SlackServer, slack: Slack) -> None:
    """After a restart the channel's id is asked for, as an edit takes no name; names in the text stay text."""
    ts = await slack.post(delivery("root"), None)
    fresh = Slack(TOKEN, server.url)
    assert ts == await fresh.edit(delivery("edit", UPDATE, text="<!channel> & more"), ts)
    await fresh.close()
    (found,) = server["#ai"].roots
    assert ("&lt;!channel&gt; &amp; more", "root", 1, []) == (found.text, found.key, found.edits, found.calls)
    assert "none" == server.calls[-1][1]["parse"]


async def test_a_message_is_found_by_its_key_among_hundreds(server: SlackServer, slack: Slack) -> None:
    """The history comes in pages; a fresh process finds the channel's id by itself."""
    server.add("#a").messages = []
    ts = await slack.post(delivery("wanted"), None)
    for number in range(450):
        server["#ai"].messages.append(
            replace(server["#ai"].messages[0], ts=f"{float(ts) + 1 + number:.6f}", metadata=None)
        )
    fresh = Slack(TOKEN, server.url)
    assert ts == await fresh.find(delivery("wanted"), None, LONG_AGO)
    assert await fresh.find(delivery("never sent"), None, LONG_AGO) is None
    await fresh.close()
    assert 6 == server.count("conversations.history")


async def test_only_messages_since_then_are_looked_at(server: SlackServer, slack: Slack) -> None:
    """What was sent before the delivery was made is not it."""
    ts = await slack.post(delivery("root"), None)
    since = CLOSE.fromtimestamp(float(ts), CLOSE.tzinfo)
    assert ts == await slack.find(delivery("root"), None, since - timedelta(seconds=1))
    assert await slack.find(delivery("root"), None, since + timedelta(seconds=1)) is None


async def test_another_apps_metadata_is_not_ours(server: SlackServer, slack: Slack) -> None:
    """The same payload under another event type does not count."""
    await slack.post(delivery("root"), None)
    server["#ai"].roots[0].metadata = {"event_type": "other", "event_payload": {"key": "root"}}
    assert await slack.find(delivery("root"), None, LONG_AGO) is None


@pytest.mark.parametrize(
    ("fault", "words", "flags"),
    [
        # code or status, what a person reads, (permanent, this message only, ambiguous)
        (Fault(error="invalid_auth"), "set SLACK_BOT_TOKEN to the new bot token", (True, False, False)),
        (Fault(error="token_revoked"), "token was revoked: reinstall the app", (True, False, False)),
        (Fault(error="channel_not_found"), "Slack knows no channel #ai", (True, False, False)),
        (Fault(error="not_in_channel"), "/invite @Aftershock", (True, False, False)),
        (Fault(error="is_archived"), "the channel #ai is archived", (True, False, False)),
        (Fault(error="restricted_action_non_threadable_channel"), "ask its admin", (True, False, False)),
        (Fault(error="missing_scope"), "lacks the scope", (True, False, False)),
        (Fault(error="never_heard_of"), "refuses the message to #ai (never_heard_of)", (True, False, False)),
        (Fault(error="msg_too_long"), "msg_too_long", (True, True, False)),
        (Fault(error="ratelimited"), "more slowly", (False, False, False)),
        (Fault(error="service_unavailable"), "cannot take messages now", (False, False, False)),
        (Fault(error="fatal_error"), "fault of its own (fatal_error)", (False, False, True)),
        (Fault(status=503), "fault of its own (HTTP 503)", (False, False, True)),
        (Fault(status=404), "is not Slack (HTTP 404)", (True, False, False)),
        (Fault(status=200), "cannot be read", (False, False, True)),
        (Fault(reset=True), "broke before its answer", (False, False, True)),
    ],
    ids=lambda value: (value.error or str(value.status or "reset")) if isinstance(value, Fault) else "",
)
async def test_a_refusal_says_what_to_do_and_whether_it_may_have_worked(
    server: SlackServer, slack: Slack, fault: Fault, words: str, flags: tuple[bool, bool, bool]
) -> None:
    """Each of Slack's answers has its words for people and its meaning for the sender."""
    server.faults.append(fault)
    with pytest.raises(DeliveryError, match=re.escape(words)) as caught:
        await slack.post(delivery("root"), None)
    assert flags == (caught.value.permanent, caught.value.this_message, caught.value.ambiguous)
    assert 1 == server.count("chat.postMessage")


async def test_retry_after_is_handed_on(server: SlackServer, slack: Slack) -> None:
    """The client does not wait by itself: the outbox does."""
    server.faults.append(Fault(status=429, retry_after=17))
    with pytest.raises(DeliveryError) as caught:
        await slack.post(delivery("root"), None)
    assert 17.0 == caught.value.retry_after


async def test_a_timeout_may_have_worked_a_refused_connection_has_not(server: SlackServer) -> None:
    """That is the whole difference between looking first and sending again."""
    slack = Slack(TOKEN, server.url, timeout=0.1)
    server.faults.append(Fault(hang=True))
    with pytest.raises(DeliveryError) as late:
        await slack.post(delivery("root"), None)
    await slack.close()
    nobody = Slack(TOKEN, "http://127.0.0.1:1/api/")
    with pytest.raises(DeliveryError, match="cannot reach Slack") as refused:
        await nobody.post(delivery("root"), None)
    await nobody.close()
    assert (True, False) == (late.value.ambiguous, refused.value.ambiguous)


async def test_an_address_that_is_none_is_said_so() -> None:
    """A mistyped AFTERSHOCK_SLACK_URL is no traceback."""
    slack = Slack(TOKEN, "nonsense")
    with pytest.raises(DeliveryError, match="cannot reach Slack at nonsense"):
        await slack.post(delivery("root"), None)
    await slack.close()


async def test_blocks_that_slack_refuses_go_out_as_text(server: SlackServer, slack: Slack) -> None:
    """A plain message beats silence."""
    bad = ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},)
    await slack.post(delivery("root", blocks=bad), None)
    assert [("text of root", [])] == [(m.text, m.blocks) for m in server["#ai"].roots]


async def test_check_says_who_it_is_and_what_it_lacks(server: SlackServer, slack: Slack) -> None:
    """`status` and `doctor` print this."""
    words = await slack.check()
    assert (
        "connected to Stand-in as @aftershock; no buttons and no answers to /aftershock without SLACK_APP_TOKEN"
        == words
    )
    listening = Slack(TOKEN, server.url, buttons=True)
    assert "connected to Stand-in as @aftershock" == await listening.check()
    await listening.close()
    server.scopes = tuple(SCOPES)[:3]
    words = await slack.check()
    assert "but without the scope channels:read after a restart messages are redrawn only in channels that" in words
    assert "without the scope files:write there are no pictures" in words
    assert words.endswith("Add what you want under OAuth & Permissions and reinstall the app")
    wrong = Slack("xoxb-wrong", server.url)
    with pytest.raises(DeliveryError, match="Slack refuses the token"):
        await wrong.check()
    await wrong.close()


async def test_a_channel_that_cannot_be_looked_up_names_the_missing_scope(server: SlackServer, slack: Slack) -> None:
    """Without channels:read a name has no id, unless posting told it."""
    server.scopes = ("chat:write", "channels:history")
    with pytest.raises(DeliveryError, match="lacks the scope channels:read"):
        await slack.find(delivery("root"), None, LONG_AGO)
    ts = await slack.post(delivery("root"), None)
    assert ts == await slack.find(delivery("root"), None, LONG_AGO)
    by_id = Slack(TOKEN, server.url)
    assert ts == await by_id.find(delivery("root", channel=server["#ai"].id), None, LONG_AGO)
    await by_id.close()


async def test_a_channel_the_app_is_not_in_is_named_with_the_way_in(slack: Slack) -> None:
    """Found by no list it belongs to, so it was not invited."""
    with pytest.raises(DeliveryError, match="not in #elsewhere: invite the app there") as caught:
        await slack.edit(delivery("edit", UPDATE, channel="#elsewhere"), "1.0")
    assert caught.value.permanent


PICTURE = Picture(b"\x89PNG and more", "NVDA -17.0 %", "Line chart of 1 stock: NVDA -17.0 %")


async def test_a_picture_goes_into_the_thread_and_takes_the_place_of_the_last(
    server: SlackServer, slack: Slack
) -> None:
    """With title and alt text; one that somebody has deleted meanwhile is no trouble."""
    ts = await slack.post(delivery("root"), None)
    first = await slack.show(PICTURE, "#ai", ts)
    (file,) = server["#ai"].files
    assert (ts, PICTURE.png, PICTURE.alt, PICTURE.title) == (file.thread, file.body, file.alt, file.title)
    second = await slack.show(PICTURE, "#ai", ts, replaces=first)
    assert [second] == [f.id for f in server["#ai"].files]
    await slack.show(PICTURE, "#ai", ts, replaces="F-gone")
    assert 2 == len(server["#ai"].files)


async def test_a_picture_without_its_scope_is_refused_in_words(server: SlackServer, slack: Slack) -> None:
    """Alerts go on without."""
    ts = await slack.post(delivery("root"), None)
    server.scopes = ("chat:write", "channels:read")
    with pytest.raises(DeliveryError, match="lacks the scope files:write"):
        await slack.show(PICTURE, "#ai", ts)


async def test_buttons_come_only_where_somebody_listens(server: SlackServer, slack: Slack) -> None:
    """Without Socket Mode a button would answer with an error."""
    text, blocks = message.root(view(key="#ai/2025-01-27/s1"))
    one = Delivery("root", DeliveryKind.POST, "#ai", "root", CLOSE, text, blocks, rows(), "s1")
    await slack.post(one, None)
    listening = Slack(TOKEN, server.url, buttons=True)
    await listening.post(one, None)
    await listening.close()
    kinds = [[b["type"] for b in m.blocks] for m in server["#ai"].roots]
    assert "actions" not in kinds[0]
    assert [*kinds[0], "actions"] == kinds[1]


def test_the_manifest_asks_for_the_scopes_that_are_used_and_no_more() -> None:
    """What a user pastes is what `check` compares with."""
    found = YAML(typ="safe").load(manifest())
    assert {"bot": list(SCOPES)} == found["oauth_config"]["scopes"]
    assert ["/aftershock"] == [c["command"] for c in found["features"]["slash_commands"]]
    assert (True, True) == (found["settings"]["socket_mode_enabled"], found["settings"]["interactivity"]["is_enabled"])


HOSTILE_TITLES = [
    "<!channel> sell everything",
    "<!here|here> now",
    "<@U012AB3CD> wins",
    "<#C012AB3CD|general> leaks",
    "<!subteam^S012|team>",
    "<https://evil.example|slack.com>",
    "https://evil.example/login",
    "@channel @here @everyone",
    "> quoted\n> twice",
    "```\ncode\n```",
    "*bold* _it_ ~gone~ `code`",
    "&lt;!channel&gt; twice",
    "a\u202egnp.exe",
    "\x1b[31mred\x1b[0m \x07 bell \x00",
    "\ud800 lone surrogate",
    "zero\u200bwidth\ufeff",
    "x" * 10_000,
    "<" * 5_000,
    "&" * 5_000,
    "\n" * 500,
    "",
    ":rotating_light: :x:",
    "{channel} %s {0}",
    "]]>|<https://evil.example|x>",
    "人工知能" * 800,
]
HOSTILE_LINKS = [
    "javascript:alert(1)",
    "https://good.example|evil>",
    "https://news.example/a b>c|d<e",
    "https://slack.com@evil.example/",
    "http://[::1",
    "https://news.example/\n<!channel>",
    "data:text/html,x",
    "https://news.example/" + "a" * 5_000,
    "//evil.example",
    "",
]


@pytest.mark.parametrize("title", HOSTILE_TITLES, ids=range(len(HOSTILE_TITLES)))
async def test_no_title_or_link_calls_people_forges_links_or_breaks_blocks(
    server: SlackServer, slack: Slack, title: str
) -> None:
    """Whatever a feed says, it is shown as text, and only web addresses become links."""
    sources = tuple(Source("Wire", START, title, link) for link in HOSTILE_LINKS)
    for number in range(0, len(sources), 5):
        hostile = story(title, reason=title, sources=sources[number : number + 5])
        await slack.post(root_delivery(story=hostile, market=(title,), records=(title,), previous=title), None)
    assert 2 == server.count("chat.postMessage")
    for found in server["#ai"].roots:
        assert [] == found.calls
        assert all(re.fullmatch(r"https://(?:news|good)\.example[^\s<>|]*", where) for where, _ in found.links)
        assert "\x1b" not in found.written
        assert "\u202e" not in found.written
        assert found.blocks
