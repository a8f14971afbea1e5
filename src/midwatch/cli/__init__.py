"""The command line. Only this room turns an error into an exit status.

Exit statuses of every command: 0 done, nothing needs a look; 1 something needs a look;
2 the command or its input was wrong, or nothing could be read; 3 Midwatch itself failed.
"""

from midwatch.cli.main import main

__all__ = ["main"]
