"""The ways in over HTTP, asked by real clients over real sockets."""

import asyncio
import base64
import contextlib
import gzip
import json
import logging
import socket
import ssl
import warnings
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trustme
import zstandard
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource

from midwatch.intake.certificates import CertificateFiles, Certificates
from midwatch.intake.limits import Flood, Limits, Places
from midwatch.intake.parcels import Transport
from midwatch.intake.rehearsal import Rehearsal, by_token, eventually, feed
from midwatch.intake.web import Door, WebServer, application

Run = Callable[[Awaitable[None]], None]
TOKEN = "a-long-random-token"  # noqa: S105  # made up for these tests
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Site:
    def __init__(self, server: WebServer, parts: Rehearsal, client: httpx.AsyncClient) -> None:
        self.parts, self.client, self.port = parts, client, server.port

    async def post(self, path: str, content: bytes | str, **headers: str) -> httpx.Response:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(path, content=content, headers=BEARER | told)


@asynccontextmanager
async def site(
    limits: Limits | None = None, certificates: Certificates | None = None, verify: object = True
) -> AsyncIterator[Site]:
    limits = limits or Limits()
    parts = Rehearsal(feed("web", by_token(TOKEN)))
    door = Door(parts.delivery, parts.feeds.roll, limits, Flood(limits))
    server = WebServer(
        socket.create_server(("127.0.0.1", 0)), application(door), parts.counters, limits,
        places=Places(limits), certificates=certificates,
    )  # fmt: skip
    await server.start()
    scheme = "https" if certificates else "http"
    context = verify if isinstance(verify, ssl.SSLContext) else ssl.create_default_context()
    try:
        async with httpx.AsyncClient(
            base_url=f"{scheme}://localhost:{server.port}", verify=context, trust_env=False
        ) as client:
            yield Site(server, parts, client)
    finally:
        await server.stop()


def test_lines_are_on_disk_when_they_are_acknowledged(run: Run) -> None:
    async def test() -> None:
        async with site() as web:
            web.parts.sink.open.clear()
            asking = asyncio.create_task(web.post("/v1/ingest", b'one\r\ntwo\n\n{"a": 1}'))
            await eventually(lambda: web.parts.sink.asked == 1)
            assert not asking.done()
            web.parts.sink.open.set()
            answer = await asking

            assert answer.status_code == 200
            assert answer.json() == {"accepted": 3, "cut": 0}
            assert web.parts.sink.lines == [b"one", b"two", b'{"a": 1}']
            parcel = web.parts.sink.parcels[0]
            assert (parcel.feed, parcel.transport, parcel.peer) == (
                "web", Transport.HTTP, "127.0.0.1",
            )  # fmt: skip

    run(test())


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("identity", bytes),
    ],
)
def test_packed_bodies_are_unpacked(
    run: Run, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    lines = [b"line %d" % number for number in range(50_000)]

    async def test() -> None:
        async with site() as web:
            answer = await web.post(
                "/v1/ingest", pack(b"\n".join(lines)), content_encoding=encoding
            )

            assert answer.json() == {"accepted": len(lines), "cut": 0}
            assert web.parts.sink.lines == lines

    run(test())


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
    ],
)
def test_a_bomb_is_refused(run: Run, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    async def test() -> None:
        async with site(Limits(unpacked=1 << 20)) as web:
            answer = await web.post("/v1/ingest", pack(bytes(1 << 25)), content_encoding=encoding)

            assert answer.status_code == 413
            assert answer.json()["error"]["type"] == "too_large"
            assert web.parts.sink.parcels == []

    run(test())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": "Digest x"}, 401),
        ({"Authorization": f"ApiKey {base64.b64encode(f'id:{TOKEN}'.encode()).decode()}"}, 200),
        ({"Authorization": f"ApiKey {TOKEN}"}, 200),
        ({"Authorization": f"Basic {base64.b64encode(f'me:{TOKEN}'.encode()).decode()}"}, 200),
        ({"Authorization": f"Splunk {TOKEN}"}, 200),
        (BEARER, 200),
    ],
)
def test_the_token_is_asked_for(run: Run, headers: dict[str, str], status: int) -> None:
    async def test() -> None:
        async with site() as web:
            answer = await web.client.post("/v1/ingest", content=b"line", headers=headers)

            assert answer.status_code == status
            assert len(web.parts.sink.lines) == (status == 200)
            assert web.parts.quarantine.kept == []
            if status != 200:
                assert answer.json()["error"]["remedy"]

    run(test())


def test_a_full_spool_is_answered_with_503_and_nothing_is_kept(run: Run) -> None:
    async def test() -> None:
        async with site() as web:
            web.parts.sink.full = True
            for path, body in (
                ("/v1/ingest", b"x"),
                ("/_bulk", b'{"index":{}}\n{"message":"x"}\n'),
            ):
                answer = await web.post(path, body)
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) > 0

            assert web.parts.sink.parcels == []

    run(test())


def test_a_flood_is_answered_with_429(run: Run) -> None:
    async def test() -> None:
        async with site(Limits(lines_per_second=1, burst=10)) as web:
            assert (await web.post("/v1/ingest", b"x\n" * 30)).status_code == 200
            answer = await web.post("/v1/ingest", b"x")

            assert answer.status_code == 429
            assert 1 <= int(answer.headers["retry-after"]) <= 20
            assert len(web.parts.sink.lines) == 30

    run(test())


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/v1/ingest", {"content_encoding": "br"}, b"x", 415),
        ("/v1/ingest", {"content_encoding": "gzip"}, b"no gzip", 400),
        ("/v1/ingest", {"content_encoding": "gzip"}, gzip.compress(b"x" * 999, mtime=0)[:-9], 400),
        ("/v1/ingest", {"content_encoding": "deflate"}, zlib.compress(b"x" * 99)[:-9], 400),
        ("/v1/ingest", {"content_type": "application/json"}, b'[{"a":1},', 400),
        ("/v1/logs", {"content_type": "text/plain"}, b"x", 415),
        ("/v1/logs", {"content_type": "application/x-protobuf"}, b"\xff\xff", 400),
        ("/v1/logs", {"content_type": "application/json"}, b"[1]", 400),
        ("/v1/logs", {"content_type": "application/json"}, b"[" * 100_000, 400),
        ("/_bulk", {}, b"no action\n", 400),
        ("/_bulk", {}, b'{"index":{}}', 400),
        ("/_bulk", {}, b"", 400),
        ("/services/collector/event", {}, b'{"no":"event"}', 400),
        ("/services/collector/event", {}, b"{", 400),
        ("/nowhere", {}, b"x", 404),
    ],
)
def test_what_cannot_be_taken_is_refused_with_cause_and_remedy(
    run: Run, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    async def test() -> None:
        async with site() as web:
            answer = await web.post(path, body, **headers)

            assert answer.status_code == status
            assert answer.json()["error"]["reason"]
            assert answer.json()["error"]["remedy"]
            assert web.parts.sink.parcels == []

    run(test())


def test_long_lines_are_cut_and_told(run: Run) -> None:
    async def test() -> None:
        async with site() as web:
            answer = await web.post("/v1/ingest", b"a" * 2_000_000 + b"\nshort")

            assert answer.json() == {"accepted": 2, "cut": 1}
            assert [len(line) for line in web.parts.sink.lines] == [1 << 20, 5]
            assert web.parts.counters.snapshot().cut == {"http": 1}

    run(test())


def test_documents_of_an_array_become_one_line_each(run: Run) -> None:
    async def test() -> None:
        async with site() as web:
            body = json.dumps([{"a": "b\nc"}, {"d": 1}], indent=1)
            answer = await web.post("/v1/ingest", body, content_type="application/json")
            one = await web.post(
                "/v1/ingest", json.dumps({"e": 2}, indent=1), content_type="application/json"
            )

            assert answer.json()["accepted"] == 2
            assert one.json()["accepted"] == 1
            assert [json.loads(line) for line in web.parts.sink.lines] == [
                {"a": "b\nc"}, {"d": 1}, {"e": 2},
            ]  # fmt: skip
            assert all(b"\n" not in line for line in web.parts.sink.lines)

    run(test())


def test_a_body_that_dawdles_is_let_go(run: Run) -> None:
    async def test() -> None:
        async with site(Limits(body_seconds=0.2)) as web:
            reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
            writer.write(
                b"POST /v1/ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                b"Authorization: Bearer " + TOKEN.encode() + b"\r\n\r\nhalf"
            )
            head = await asyncio.wait_for(reader.readline(), 20)
            assert head.startswith(b"HTTP/1.1 408")
            writer.close()

    run(test())


def test_one_who_sends_no_header_is_let_go(run: Run) -> None:
    async def test() -> None:
        async with site(Limits(body_seconds=0.2)) as web:
            reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
            writer.write(b"POST /v1/ing")
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 20) == b""
            writer.close()
            assert web.parts.events()["header too slow"] == 1

    run(test())


def test_https_and_a_certificate_renewed_while_running(run: Run, tmp_path: Path) -> None:
    old, new = trustme.CA(), trustme.CA()
    files = CertificateFiles(tmp_path / "c.pem", tmp_path / "k.pem")

    def write(authority: trustme.CA) -> None:
        issued = authority.issue_cert("localhost")
        issued.cert_chain_pems[0].write_to_path(files.certificate)
        issued.private_key_pem.write_to_path(files.key)

    write(old)
    certificates = Certificates(files)
    context = ssl.create_default_context()
    old.configure_trust(context)

    async def test() -> None:
        async with site(certificates=certificates, verify=context) as web:
            assert (await web.post("/v1/ingest", b"one")).status_code == 200
            write(new)
            assert certificates.reload_if_changed()
            assert (await web.post("/v1/ingest", b"two")).status_code == 200
            fresh = ssl.create_default_context()
            new.configure_trust(fresh)
            async with httpx.AsyncClient(verify=fresh, trust_env=False) as client:
                answer = await client.post(
                    f"https://localhost:{web.port}/v1/ingest", content=b"three", headers=BEARER
                )
            assert answer.status_code == 200
            assert web.parts.sink.lines == [b"one", b"two", b"three"]

    run(test())


# ---------------------------------------------------------------- Elastic


def test_the_real_client_of_elasticsearch_sends_in_bulk(run: Run) -> None:
    documents = [
        {"_index": "logs", "_op_type": "create", "message": f"line {number}", "n": number}
        for number in range(300)
    ]

    async def test() -> None:
        async with site() as web:

            def send() -> tuple[int, object]:
                with Elasticsearch(
                    f"http://127.0.0.1:{web.port}", api_key=("id", TOKEN), http_compress=True
                ) as client:
                    assert client.info()["version"]["number"].startswith("8.")
                    return bulk(client, documents, chunk_size=100)

            sent, errors = await asyncio.to_thread(send)

            assert (sent, errors) == (300, [])
            assert [json.loads(line)["n"] for line in web.parts.sink.lines] == list(range(300))

    run(test())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/_license"),
        ("GET", "/_license?human=false"),
        ("GET", "/_xpack"),
        ("GET", "/_cluster/health"),
        ("GET", "/_nodes/_all/http"),
        ("GET", "/_ilm/policy/filebeat"),
        ("PUT", "/_ilm/policy/filebeat"),
        ("HEAD", "/_index_template/filebeat-8.17.0"),
        ("PUT", "/_index_template/filebeat-8.17.0"),
        ("HEAD", "/_data_stream/filebeat-8.17.0"),
        ("PUT", "/_data_stream/filebeat-8.17.0"),
        ("GET", "/_cat/templates/filebeat"),
        ("PUT", "/_ingest/pipeline/x"),
    ],
)
def test_the_probes_of_beats_are_answered(run: Run, method: str, path: str) -> None:
    async def test() -> None:
        async with site() as web:
            answer = await web.client.request(method, path, headers=BEARER)
            refused = await web.client.request(method, path)

            assert answer.status_code == 200
            assert answer.headers["x-elastic-product"] == "Elasticsearch"
            assert refused.status_code == 401
            assert web.parts.sink.parcels == []

    run(test())


def test_every_document_of_a_bulk_request_has_its_answer(run: Run) -> None:
    rows = [
        {"create": {"_index": "a", "_id": "7"}},
        {"message": "one", "input": {"type": "filestream"}},
        {"delete": {"_index": "a", "_id": "8"}},
        {"index": {}},
        {"message": "two", "input": {"type": "filestream"}},
        {"update": {"_id": "9"}},
        {"doc": {}},
    ]
    body = "\n".join(json.dumps(row) for row in rows) + "\n"

    async def test() -> None:
        async with site() as web:
            answer = (await web.post("/named/_bulk", body)).json()

            assert answer["errors"] is True
            told = [(next(iter(i)), next(iter(i.values()))) for i in answer["items"]]
            assert [(name, item["status"]) for name, item in told] == [
                ("create", 201), ("delete", 400), ("index", 201), ("update", 400),
            ]  # fmt: skip
            assert (told[0][1]["_id"], told[2][1]["_index"]) == ("7", "named")
            assert web.parts.sink.lines == [b"one", b"two"]

    run(test())


# ---------------------------------------------------------------- OpenTelemetry


def test_the_real_exporter_of_opentelemetry_sends_protobuf(run: Run) -> None:
    async def test() -> None:
        async with site() as web:

            def send() -> None:
                provider = LoggerProvider(
                    Resource.create({"service.name": "shop", "host.name": "pc1"})
                )
                exporter = OTLPLogExporter(
                    endpoint=f"http://127.0.0.1:{web.port}/v1/logs", headers=BEARER
                )
                provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)
                    handler = LoggingHandler(logger_provider=provider)
                logger = logging.Logger("shop.login")  # noqa: LOG001  # one that nobody shares
                logger.addHandler(handler)
                logger.warning("login failed", extra={"user": "bob", "src": "192.0.2.7"})
                provider.shutdown()

            await asyncio.to_thread(send)

            (line,) = [json.loads(line) for line in web.parts.sink.lines]
            assert line["message"] == "login failed"
            assert line["severity"] in ("WARN", "WARNING")
            assert line["attributes"]["user"] == "bob"
            assert line["resource"]["host.name"] == "pc1"
            assert line["time"].endswith("Z")

    run(test())


def test_otlp_in_json_keeps_what_it_can_and_tells_the_rest(run: Run) -> None:
    request = {
        "resourceLogs": [
            {
                "resource": {
                    "attributes": [
                        {"key": "host.name", "value": {"stringValue": "pc1"}},
                        {"key": "service.name", "value": {"stringValue": "sshd"}},
                    ]
                },
                "scopeLogs": [
                    {
                        "logRecords": [
                            {
                                "timeUnixNano": "1730426584000000000",
                                "body": {"stringValue": "Failed password for root"},
                            },
                            {
                                "body": {"stringValue": "raw line"},
                                "attributes": [
                                    {"key": "log.file.name", "value": {"stringValue": "a.log"}}
                                ],
                            },
                            {
                                "body": {"kvlistValue": {"values": [
                                    {"key": "user", "value": {"stringValue": "bob"}},
                                    {"key": "tries", "value": {"intValue": "3"}},
                                ]}},
                            },
                            "no record",
                        ]
                    }
                ],
            }
        ]
    }  # fmt: skip

    async def test() -> None:
        async with site() as web:
            answer = await web.post(
                "/v1/logs", json.dumps(request), content_type="application/json"
            )

            assert answer.json()["partialSuccess"]["rejectedLogRecords"] == "1"
            first, second, third = web.parts.sink.lines
            assert first == b"1 2024-11-01T02:03:04.000000Z pc1 sshd - - - Failed password for root"
            assert second == b"1 - pc1 sshd - - - raw line"
            fields = json.loads(third)
            assert (fields["user"], fields["tries"]) == ("bob", 3)
            assert fields["resource"]["host.name"] == "pc1"

    run(test())


# ---------------------------------------------------------------- Splunk


def test_splunks_collector_takes_events_and_raw_lines(run: Run) -> None:
    async def test() -> None:
        async with site() as web:
            events = (
                '{"event":"Failed password","host":"pc1","time":1730426584.25}'
                '\n{"event":{"user":"bob"},"host":"pc2"} {"event":["a"]}'
            )
            answer = await web.client.post(
                "/services/collector/event", content=events,
                headers={"Authorization": f"Splunk {TOKEN}"},
            )  # fmt: skip
            raw = await web.post("/services/collector/raw", b"one\ntwo")
            healthy = await web.client.get("/services/collector/health")

            assert (answer.json(), raw.json()) == ({"text": "Success", "code": 0},) * 2
            assert healthy.status_code == 200
            assert web.parts.sink.lines[0] == (
                b"1 2024-11-01T02:03:04.250000Z pc1 - - - - Failed password"
            )
            assert json.loads(web.parts.sink.lines[1]) == {"user": "bob", "host": "pc2"}
            assert web.parts.sink.lines[3:] == [b"one", b"two"]

    run(test())


def test_answers_are_counted(run: Run) -> None:
    async def test() -> None:
        async with site() as web:
            await web.post("/v1/ingest", b"x")
            await web.client.post("/v1/ingest", content=b"x")

            told = {(c.transport, c.what): c.count for c in web.parts.counters.snapshot().requests}
            assert told == {("lines", "200"): 1, ("lines", "401"): 1}

    run(test())
