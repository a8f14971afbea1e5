"""Opens the SQLite files that hold state, and brings their tables up to date.

One file may serve several components (tenants, incidents, paging), each with numbered
migrations of its own, applied in order and remembered in the file. A file that a newer
Midwatch wrote is refused, never changed.

>>> import tempfile, pathlib
>>> folder = tempfile.TemporaryDirectory()
>>> database = open_database(pathlib.Path(folder.name) / "state.sqlite", "notes",
...     ["CREATE TABLE note (text TEXT NOT NULL) STRICT"])
>>> database.execute("SELECT count(*) FROM note").fetchone()
(0,)
>>> database.close(); folder.cleanup()
"""

from midwatch.database.opening import open_database, transaction

__all__ = ["open_database", "transaction"]
