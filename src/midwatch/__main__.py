"""``python -m midwatch`` is the command ``midwatch``."""

from midwatch.cli import main

main()
