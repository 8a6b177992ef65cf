"""Secrets: from the environment or a folder with one file each, never from YAML, never into a log or a worker.

systemd's `LoadCredential=` and a container's mounted secrets give such a folder (`CREDENTIALS_DIRECTORY`); anybody can
make one and name it in `AFTERSHOCK_CREDENTIALS`, readable by its owner only. A secret in a folder wins.
"""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

NAMES: Final = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_WEBHOOK_URL",
    "AFTERSHOCK_WEBHOOK_URL",
    "AFTERSHOCK_WEBHOOK_SECRET",
    "AFTERSHOCK_APPRISE_URLS",
)
"""What is a secret, under the name of its environment variable; its file has the same name, in either case."""
OWN_FOLDER: Final = "AFTERSHOCK_CREDENTIALS"
GIVEN_FOLDER: Final = "CREDENTIALS_DIRECTORY"
"""Set by systemd, see systemd.exec(5); who mounts secrets into a container sets it to their folder."""
LONGEST: Final = 4096
"""Bytes of a secret's file; more is another file put there by mistake."""
_OTHERS: Final = 0o077


class CredentialsError(Exception):
    """A secret cannot be read, or not safely; `args[0]` says which file, and what to do."""


def secrets_of(environment: Mapping[str, str]) -> dict[str, SecretStr]:
    """Every secret there is, by name. Raises CredentialsError in words without the secret."""
    found = {name: SecretStr(value) for name in NAMES if (value := environment.get(name, "").strip())}
    for variable in (GIVEN_FOLDER, OWN_FOLDER):
        if place := environment.get(variable):
            found |= _in_folder(Path(place).expanduser(), private=variable == OWN_FOLDER)
    return found


def _in_folder(folder: Path, *, private: bool) -> dict[str, SecretStr]:
    if private and not folder.is_dir():
        raise CredentialsError(f"{OWN_FOLDER} names no folder: {folder}")
    found = {}
    for name in NAMES:
        for path in (folder / name, folder / name.lower()):
            try:
                if not path.is_file():
                    continue
                if private and os.name == "posix" and path.stat().st_mode & _OTHERS:
                    raise CredentialsError(f"{path} can be read by others: chmod 600 {path}")
                with path.open("rb") as file:
                    content = file.read(LONGEST + 1)
            except OSError as error:
                who = f": it must belong to the user that this runs as ({os.getuid()})" if os.name == "posix" else ""
                advice = who if isinstance(error, PermissionError) else ""
                raise CredentialsError(f"{path}: {error.strerror or error}{advice}") from error
            if len(content) > LONGEST:
                raise CredentialsError(f"{path} is too long for a secret: it holds one line, the secret")
            try:
                text = content.decode("ascii").strip()
            except UnicodeDecodeError:
                raise CredentialsError(f"{path} holds more than letters and signs: is it the secret?") from None
            if text:
                found[name] = SecretStr(text)
            break
    return found


def whole(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with every secret filled in. Raises CredentialsError."""
    return {**environment, **{name: secret.get_secret_value() for name, secret in secrets_of(environment).items()}}


def taken_from(environment: MutableMapping[str, str]) -> dict[str, str]:
    """The environment with every secret filled in, for the daemon; `environment` itself loses them.

    So worker processes, which parse what strangers write, inherit none. Raises CredentialsError.
    """
    found = whole(environment)
    for name in NAMES:
        environment.pop(name, None)
    return found
