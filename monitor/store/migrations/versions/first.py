"""The first tables that landed. Nothing to do: a database of that form is known by its tables."""

revision = "first"
down_revision = None


def upgrade() -> None:
    """Such a database exists already."""
