"""Where alerts go: one class and one row of a table each, chosen by what the environment holds.

The first row whose variable is set counts; the console has none. Client libraries are loaded only where they are used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.console import Console
from alerts.types import DeliveryError, Notifier
from monitor.credentials import whole

if TYPE_CHECKING:
    from alerts.slack_socket import Obey, SlackSocket, Told

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """A notifier by the name of the variable that asks for it, and how it is made. Making raises DeliveryError."""

    variable: str
    make: Callable[[Environment], Notifier]


def _slack(environment: Environment) -> Notifier:
    from alerts.slack import Slack  # noqa: PLC0415  as the docstring says

    buttons = bool(environment.get("SLACK_APP_TOKEN"))
    return Slack(environment["SLACK_BOT_TOKEN"], base_url=environment.get("AFTERSHOCK_SLACK_URL"), buttons=buttons)


def _slack_hook(environment: Environment) -> Notifier:
    from alerts.slack_hook import SlackHook  # noqa: PLC0415  as above

    return SlackHook(environment["SLACK_WEBHOOK_URL"])


def _webhook(environment: Environment) -> Notifier:
    from alerts.webhook import Webhook  # noqa: PLC0415  as above

    return Webhook(environment["AFTERSHOCK_WEBHOOK_URL"], environment.get("AFTERSHOCK_WEBHOOK_SECRET", ""))


def _apprise(environment: Environment) -> Notifier:
    try:
        from alerts.apprised import Apprised  # noqa: PLC0415  as above
    except ImportError as error:
        words = "AFTERSHOCK_APPRISE_URLS is set, but Apprise is not installed: pip install 'aftershock[apprise]'"
        raise DeliveryError(words, permanent=True) from error
    return Apprised(environment["AFTERSHOCK_APPRISE_URLS"].split())


NOTIFIERS: Mapping[str, Way] = {
    "slack": Way("SLACK_BOT_TOKEN", _slack),
    "slack webhook": Way("SLACK_WEBHOOK_URL", _slack_hook),
    "webhook": Way("AFTERSHOCK_WEBHOOK_URL", _webhook),
    "apprise": Way("AFTERSHOCK_APPRISE_URLS", _apprise),
    "console": Way("", lambda _: Console()),
}
"""Notifiers by name."""


def notifier_of(environment: Environment) -> Notifier:
    """The notifier that the environment asks for, else the terminal. Raises CredentialsError or DeliveryError."""
    environment = whole(environment)
    way = next(way for way in NOTIFIERS.values() if not way.variable or environment.get(way.variable))
    return way.make(environment)


def listener_of(environment: Environment, obey: "Obey", told: "Told") -> "SlackSocket | None":
    """Who listens to Slack's buttons and commands; None where there is no app-level token for it."""
    environment = whole(environment)
    token, bot_token = environment.get("SLACK_APP_TOKEN"), environment.get("SLACK_BOT_TOKEN")
    if not (token and bot_token):
        return None
    from alerts.slack_socket import SlackSocket  # noqa: PLC0415  as above

    return SlackSocket(token, obey, told, environment.get("AFTERSHOCK_SLACK_URL"), bot_token=bot_token)
