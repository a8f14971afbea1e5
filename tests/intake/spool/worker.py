"""A process for fault tests: appends numbered parcels and says which were acknowledged.

    worker.py FOLDER FIRST LAST BUDGET SIZE

Prints ``ack N`` once parcel N is durable and ``done N`` before it releases it. It reads and
releases behind the writer, so that deleting and giving room back are under way as well.
"""

import os
import sys
import threading
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from midwatch.intake.parcels import Parcel, SpoolDownError, SpoolFullError, Transport
from midwatch.intake.spool import SpoolWriter, SqliteSpool

_STAYING = 30
"""So many parcels at least are left in the spool."""


def main() -> None:
    folder, (first, last, budget, size) = Path(sys.argv[1]), map(int, sys.argv[2:])
    spool = SqliteSpool(folder, budget=budget)
    reading = SqliteSpool(folder, budget=budget)
    over = threading.Event()
    reader = threading.Thread(target=release_behind, args=[reading, over])
    reader.start()
    writer = SpoolWriter(spool, retry_seconds=0.05)
    for number in range(first, last):
        lines = (f"{number}".encode(), os.urandom(size))
        parcel = Parcel("t", "o", "f", "", Transport.TLS, "192.0.2.1", number, lines)
        acknowledged = writer.put(parcel)
        acknowledged.add_done_callback(partial(tell, number))
        if number % 7 == 0:
            acknowledged.result()
    writer.close(60)
    over.set()
    reader.join()
    reading.close()
    spool.close()


def tell(number: int, done: Future[int]) -> None:
    if done.exception() is None:
        os.write(1, f"ack {number}\n".encode())


def release_behind(spool: SqliteSpool, over: threading.Event) -> None:
    after = spool.released
    while not over.is_set():
        try:
            if spool.usage().waiting <= _STAYING:
                over.wait(0.005)
                continue
            batch = spool.read(after, 2000)[:_STAYING]
            told = "".join(f"done {each.parcel.received}\n" for each in batch)
            os.write(1, told.encode())
            after = batch[-1].offset
            spool.release(after)
        except (SpoolFullError, SpoolDownError):
            over.wait(0.05)


if __name__ == "__main__":
    main()
