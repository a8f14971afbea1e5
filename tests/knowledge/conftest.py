"""A web server with lists on it, which speaks TAXII 2.1 as well, strictly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from midwatch.knowledge import KnowledgeStore, ListForm, ListSource

MEDIA = "application/taxii+json;version=2.1"
AUTHORIZED = "Basic aGFyYm91cjp0aWRl"  # harbour:tide


@dataclass
class Server:
    """``objects``: of the collection; ``page``: how many it gives at once."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    objects: list[dict[str, Any]] = field(default_factory=list)
    page: int = 2
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    media: str = MEDIA
    endless: bool = False

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, path: str, query: dict[str, list[str]]) -> object | None:
        """What TAXII has at a path."""
        collections = [
            {"id": "91a7", "title": "Botnets", "can_read": True, "can_write": False},
            {"id": "52de", "title": "Drop box", "can_read": False, "can_write": True},
        ]
        if path == "/taxii2/":
            return {"title": "Test", "default": self.url("/root/"), "api_roots": ["/root/"]}
        if path == "/root/":
            return {"title": "Root", "versions": [MEDIA], "max_content_length": 1000}
        if path == "/root/collections/":
            return {"collections": collections}
        if path != "/root/collections/91a7/objects/":
            return None
        assert query["match[type]"] == ["indicator"]
        first = 0 if self.endless else int(query.get("next", ["0"])[0])
        rest = self.objects[first + self.page :]
        found: dict[str, object] = {"objects": self.objects[first : first + self.page]}
        if rest or self.endless:
            found |= {"more": True, "next": str(first + self.page)}
        return found


def handler_of(served: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, dict(self.headers.items())))
            status, body, headers = self.found(urlsplit(self.path).path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def found(self, path: str) -> tuple[int, bytes, dict[str, str]]:
            if path in served.moved:
                return 302, b"", {"Location": served.moved[path]}
            if path in served.files:
                body = served.files[path]
                mark = f'"{len(body)}"'
                same = self.headers["If-None-Match"] == mark
                return (304, b"", {}) if same else (200, body, {"ETag": mark})
            if self.headers["Accept"] != MEDIA:
                return 406, b"", {}
            if self.headers["Authorization"] != AUTHORIZED:
                return 401, b"", {}
            told = served.answer(path, parse_qs(urlsplit(self.path).query))
            kind = {"Content-Type": served.media}
            return (404, b"", {}) if told is None else (200, json.dumps(told).encode(), kind)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
            pass

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(served))
    served.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield served
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KnowledgeStore]:
    opened = KnowledgeStore(tmp_path / "state.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def a_list(store: KnowledgeStore) -> Callable[..., ListSource]:
    def make(origin: str, form: ListForm = ListForm.AUTO, **more: Any) -> ListSource:
        source = ListSource("abuse", "", origin, form, **more)
        store.save_list(source)
        return source

    return make
