"""A list that the clock fetches is in the mail about the login that it warns of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from midwatch.knowledge import KnowledgeStore, ListSource
from midwatch.watch.rehearsal import (
    PROCESSES,
    RehearsedWatch,
    by_address,
    eventually,
    send_datagrams,
)

SENDER = "127.0.0.31"
ADDRESS = "203.0.113.77"


def test_a_login_from_a_listed_address_reaches_a_person_with_the_name_of_the_list(
    own_watch: RehearsedWatch, post: object, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked.txt"
    blocked.write_text(f"{ADDRESS} # botnet\n")
    knowledge = KnowledgeStore(own_watch.state.database)
    knowledge.save_list(ListSource("feodo", "", str(blocked)))
    own_watch.source("harbour", "gate", by_address(SENDER))
    own_watch.start(*PROCESSES)
    eventually(lambda: knowledge.state("feodo").entries == 1)
    knowledge.close()

    def told() -> list[str]:
        stamp = datetime.now(UTC)
        login = f"<38>{stamp:%b %e %H:%M:%S} gate sshd[77]: Accepted password for mia from "
        send_datagrams(
            [f"{login}{ADDRESS} port 4000 ssh2".encode()], own_watch.ports["udp"], SENDER
        )
        mails = post.about("on the list feodo (botnet)")  # type: ignore[attr-defined]  # of the conftest
        return [str(mail["Subject"]) for mail in mails]

    eventually(told)
    assert any("P1" in subject for subject in told())
