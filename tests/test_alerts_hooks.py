"""Alerts to other places: a webhook with a signed body, Slack's incoming webhook, and Apprise."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from alerts import message
from alerts.apprised import Apprised
from alerts.slack_hook import SlackHook
from alerts.types import Delivery, DeliveryError, DeliveryKind
from alerts.webhook import Webhook, signature
from monitor.notifiers import NOTIFIERS, notifier_of
from standins.moves import CLOSE, rows, view
from standins.outbox import delivery
from standins.slack import block_problems


class Receiver:
    """Somebody's webhook: keeps what came, answers as it is told."""

    def __init__(self) -> None:
        """Listen on loopback; `answers` are statuses to come, 200 after them."""
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.came.append((dict(self.headers), body))
                status = receiver.answers.pop(0) if receiver.answers else 200
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", "7")
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write({404: b"no_service", 400: b"invalid_blocks"}.get(status, b"ok"))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook on loopback."""
    found = Receiver()
    yield found
    found.close()


def root() -> Delivery:
    """The day's root message."""
    text, blocks = message.root(view(key="k"))
    return Delivery("k", DeliveryKind.POST, "#ai", "k", CLOSE, text, blocks, rows(), "s1")


async def test_a_webhook_gets_json_whose_signature_can_be_checked(receiver: Receiver) -> None:
    """By the scheme that the docstring states; the body is what `replay --json` prints, with channel and thread."""
    hook = Webhook(f"http://{receiver.place}/x", "secret", clock=lambda: datetime(2025, 1, 27, tzinfo=UTC))
    assert "k" == await hook.post(root(), None)
    await hook.edit(delivery("k#u1", DeliveryKind.UPDATE, root="k"), "k")
    await hook.close()
    (headers, body), (_, second) = receiver.came
    assert "1737936000" == headers["X-Aftershock-Timestamp"]
    assert signature("secret", "1737936000", body) == headers["X-Aftershock-Signature"]
    assert signature("other", "1737936000", body) != headers["X-Aftershock-Signature"]
    sent = json.loads(body)
    assert ("post", "k", "#ai", None, "s1") == tuple(sent[n] for n in ("kind", "key", "channel", "thread", "story"))
    assert {(True, None)} == {(m["told"], m["corrected"]) for m in sent["moves"]}
    assert {"NVDA": -17.0} == {m["symbol"]: m["pct"] for m in sent["moves"] if m["symbol"] == "NVDA"}
    assert ("update", "k") == (json.loads(second)["kind"], json.loads(second)["thread"])


def test_the_signature_is_plain_hmac_sha256() -> None:
    """Worked out by hand with openssl: printf 'v1:1:{}' | openssl dgst -sha256 -hmac secret."""
    expected = "v1=44c6618f79174a088b02d1bbe1fd3747ec084e9469740b1843d7f40a78f45ce8"
    assert expected == signature("secret", "1", b"{}")


async def test_without_a_secret_nothing_is_signed_and_it_is_said(receiver: Receiver) -> None:
    """At the start, in words."""
    hook = Webhook(f"http://{receiver.place}/x", "")
    await hook.post(delivery("root"), None)
    assert "not signed (set AFTERSHOCK_WEBHOOK_SECRET)" in await hook.check()
    await hook.close()
    assert "X-Aftershock-Signature" not in receiver.came[0][0]


@pytest.mark.parametrize(
    ("status", "permanent", "ambiguous", "after"),
    [(500, False, True, None), (429, False, False, 7.0), (404, True, False, None), (302, True, False, None)],
)
async def test_what_a_webhook_answers_decides_what_comes_next(
    receiver: Receiver, status: int, *, permanent: bool, ambiguous: bool, after: float | None
) -> None:
    """A redirect is not followed; what is told names the host, never the address."""
    receiver.answers = [status]
    hook = SlackHook(f"http://{receiver.place}/services/T0/B0/secret")
    with pytest.raises(DeliveryError) as told:
        await hook.post(delivery("root"), None)
    await hook.close()
    found = told.value
    assert (permanent, ambiguous, after) == (found.permanent, found.ambiguous, found.retry_after)
    assert "secret" not in str(found)


async def test_nobody_at_the_other_end_is_no_doubt() -> None:
    """It was not sent, and is tried again."""
    hook = Webhook("http://127.0.0.1:9/secret", "s")
    with pytest.raises(DeliveryError, match=r"cannot reach the webhook at 127\.0\.0\.1") as told:
        await hook.post(delivery("root"), None)
    await hook.close()
    assert (False, False) == (told.value.permanent, told.value.ambiguous)


async def test_an_incoming_webhook_posts_what_slack_takes_and_says_what_it_cannot(receiver: Receiver) -> None:
    """Blocks without buttons; edits are left out."""
    hook = SlackHook(f"http://{receiver.place}/services/T0/B0/secret")
    await hook.post(root(), None)
    assert "1.0" == await hook.edit(delivery("edit", DeliveryKind.UPDATE), "1.0")
    ((_, body),) = receiver.came
    sent = json.loads(body)
    assert [] == block_problems(sent["blocks"])
    assert "actions" not in {b["type"] for b in sent["blocks"]}
    words = await hook.check()
    for part in ("messages are not redrawn", "no threads, pictures or buttons", "SLACK_BOT_TOKEN"):
        assert part in words.replace("have no threads", "no threads")
    await hook.close()


async def test_where_threads_are_unknown_a_reply_says_what_its_root_does(receiver: Receiver) -> None:
    """By the newest drawing, though that was not sent; a reply to a root of before a restart stands alone."""
    text, blocks = message.reply([], "Europe joins")
    reply = Delivery("k#r", DeliveryKind.REPLY, "#ai", "k", CLOSE, text, blocks, (), "s1")
    drawn = replace(delivery("k#u1", DeliveryKind.UPDATE, root="k"), text="NVDA -17.2 %: linked to <R1>\n\nmore")
    hook = SlackHook(f"http://{receiver.place}/services/T0/B0/secret")
    other = Apprised([f"json://{receiver.place}/a"])
    for one in (hook, other):
        await one.post(reply, "k")
        await one.post(root(), None)
        await one.edit(drawn, "k")
        await one.post(replace(reply, key="k#r2"), "k")
    await hook.close()
    alone, _, under, mail, _, mail_under = (json.loads(body) for _, body in receiver.came)
    assert "Europe joins" == alone["text"]
    assert "↳ NVDA -17.2 %: linked to &lt;R1&gt;\nEurope joins" == under["text"]
    assert "↳ NVDA -17.2 %: linked to &lt;R1&gt;" == under["blocks"][0]["elements"][0]["text"]
    assert [] == block_problems(under["blocks"])
    assert "Europe joins" == mail["title"] == mail_under["title"]
    assert mail_under["message"].startswith("↳ NVDA -17.2 %: linked to <R1>")


async def test_an_incoming_webhook_that_refuses_blocks_gets_the_text(receiver: Receiver) -> None:
    """Rather than no message at all, and all later ones stuck behind it."""
    receiver.answers = [400]
    hook = SlackHook(f"http://{receiver.place}/services/T0/B0/secret")
    assert "k" == await hook.post(root(), None)
    await hook.close()
    first, second = (json.loads(body) for _, body in receiver.came)
    assert first["blocks"]
    assert "blocks" not in second
    assert first["text"] == second["text"]


async def test_apprise_tells_each_service_once(receiver: Receiver) -> None:
    """When one of two fails, only that one is tried again."""
    both = Apprised([f"json://{receiver.place}/a", f"json://{receiver.place}/b"])
    receiver.answers = [200, 500]
    with pytest.raises(DeliveryError, match="1 service did not take it"):
        await both.post(root(), None)
    assert "k" == await both.post(root(), None)
    assert 3 == len(receiver.came)
    assert json.loads(receiver.came[0][1])["title"].startswith("NVDA -17.0 %")
    assert "1.0" == await both.edit(delivery("edit", DeliveryKind.UPDATE), "1.0")
    assert "messages are not redrawn" in await both.check()


def test_an_address_that_apprise_does_not_know_is_told_without_its_secret() -> None:
    """By its number and scheme."""
    with pytest.raises(DeliveryError, match=r"does not know address 2 \(nonsense\)") as told:
        Apprised(["json://127.0.0.1:9/", "nonsense://user:secret@host"])
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "console"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "AFTERSHOCK_WEBHOOK_URL": "http://h/"}, "slack"),
        ({"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/x"}, "slack webhook"),
        ({"AFTERSHOCK_WEBHOOK_URL": "http://h/"}, "webhook"),
        ({"AFTERSHOCK_APPRISE_URLS": "json://127.0.0.1:9/ json://127.0.0.1:8/"}, "apprise"),
    ],
)
def test_the_environment_says_who_is_told(environment: dict[str, str], name: str) -> None:
    """One row of the table each; the first whose variable is set."""
    assert name == notifier_of(environment).name
    assert name in NOTIFIERS
