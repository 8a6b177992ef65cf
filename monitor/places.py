"""Where configuration and state live on this machine. Reads the environment it is given, touches no file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path, user_state_path

from config import listings


class AlreadyRunningError(Exception):
    """Another daemon holds the state folder; `args[0]` says which."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where configuration and state live."""

    config: Path
    state: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Places":
        """From AFTERSHOCK_CONFIG and AFTERSHOCK_STATE, else the platform's usual folders."""
        return cls(
            Path(environment.get("AFTERSHOCK_CONFIG") or user_config_path("aftershock")).expanduser(),
            Path(environment.get("AFTERSHOCK_STATE") or user_state_path("aftershock")).expanduser(),
        )

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.state / "aftershock.db"

    @property
    def listings(self) -> Path:
        """The table of listed companies that `companies update` keeps."""
        return self.state / listings.NAME
