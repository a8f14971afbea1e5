"""The command line. Only this room turns an error into an exit status.

Exit statuses of every command: 0 done, nothing needs a look; 1 something needs a look;
2 the command or its input was wrong, or nothing could be read; 3 Midwatch itself failed; 130
stopped by Ctrl-C.
"""

from midwatch.cli.stopping import stopping_at_once

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit."""
    with stopping_at_once():
        from midwatch.cli.main import main as run  # noqa: PLC0415  # Ctrl-C may come while it loads
    run()
