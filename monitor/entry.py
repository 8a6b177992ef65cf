"""Where the command `aftershock` begins: before anything is imported that takes longer than a person's patience."""

import sys

INTERRUPTED = 130
"""A shell's code for what Ctrl-C ended."""


def main() -> None:
    """Run the command; Ctrl-C while its modules are still being loaded ends it without a trace."""
    try:
        from monitor.cli import main as command  # noqa: PLC0415  see above

        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
