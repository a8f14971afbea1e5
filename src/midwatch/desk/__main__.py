"""``python -m midwatch.desk``: run the desk, and the few things that need no browser."""

from __future__ import annotations

from midwatch.desk.running import main

main()
