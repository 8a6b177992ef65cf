"""The commented files that a user begins with, as they chose them, and the schemas for their editor.

Only this module writes a configuration from nothing. What exists is never touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config import schema
from config.groups import Group
from config.load import SHIPPED, load

STARTER: Final = {
    "aftershock.yaml": SHIPPED / "starter" / "aftershock.yaml",
    "watchlists/ai.yaml": SHIPPED / "starter" / "watchlists" / "ai.yaml",
}
"""What `init` writes, and what from."""

NAMED: Final = 3
"""A list of so many groups is called by them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user chose; "" or () leaves what the starter says. `groups` are ids, `move` a percentage like 4%."""

    channel: str = ""
    contact: str = ""
    quiet_hours: str = ""
    move: str = ""
    groups: tuple[str, ...] = ()


AS_SHIPPED: Final = Choice()


def write_starter(folder: Path, choice: Choice = AS_SHIPPED) -> tuple[Path, ...]:
    """Write the files that a user begins with, and the schemas that complete them in an editor.

    Returns:
        The configuration files that were written; what exists is left as it is.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    known = load(None).known.groups
    written = []
    for name, template in STARTER.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open("x", encoding="utf-8") as file:
                file.write(_chosen(template.read_text(encoding="utf-8"), choice, known))
        except FileExistsError:
            continue
        written.append(target)
    schema.write(folder / schema.FOLDER, load(folder))
    return tuple(written)


def _chosen(text: str, choice: Choice, known: Mapping[str, Group]) -> str:
    """A template with what was chosen in the place of what it shows."""
    lines = []
    for line in text.splitlines():
        if line.startswith("name:") and 0 < len(choice.groups) <= NAMED:
            lines.append(f"name: {', '.join(choice.groups).replace('-', ' ').capitalize()}")
        elif line.startswith("channel:") and choice.channel:
            lines.append(f'channel: "{choice.channel}"')
        elif line.startswith("# contact:") and choice.contact:
            lines.append(f"contact: {choice.contact}")
        elif line.startswith("# quiet_hours:") and choice.quiet_hours:
            lines.append(f"quiet_hours: {choice.quiet_hours}")
        elif line.startswith("  - {move:") and choice.move:
            lines.append(line.replace("move: 3%", f"move: {choice.move}"))
        elif line == "companies:" and choice.groups:
            lines += ["companies:", *(part for id_ in choice.groups for part in _group(known[id_]))]
            break
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _group(group: Group) -> tuple[str, str]:
    names = ", ".join(group.companies)
    return f"  # {group.about}: {names}" if group.about else f"  # {names}", f"  - group: {group.id}"
