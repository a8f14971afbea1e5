"""Fetching leaves the whole file or none."""

import hashlib
import http.client
import io
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from midwatch.kernel import ConfigurationError, RemoteFailureError
from midwatch.packs import fetch
from midwatch.packs.fetching import _NoDowngrade

Web = Any  # the class of conftest.py, which a test cannot import


def test_a_file_comes_whole_with_its_digest(web: Web, tmp_path: Path) -> None:
    web.files["/a.zip"] = content = bytes(range(256)) * 1000
    seen: list[tuple[int, int | None]] = []
    fetched = fetch(
        web.url("/a.zip"), tmp_path / "a", progress=lambda done, total: seen.append((done, total))
    )
    assert fetched.path.read_bytes() == content
    assert fetched.digest == hashlib.sha256(content).hexdigest()
    assert seen[-1] == (len(content), len(content))
    assert fetch(str(tmp_path / "a"), tmp_path / "b").digest == fetched.digest


@pytest.mark.parametrize("fault", ["missing", "cut", "large", "elsewhere", "nobody"])
def test_what_ends_badly_leaves_nothing(web: Web, tmp_path: Path, fault: str) -> None:
    web.files["/a.zip"] = b"x" * 100_000
    url, largest = web.url("/a.zip"), 1_000_000
    match fault:
        case "missing":
            url = web.url("/b.zip")
        case "cut":
            web.cut.add("/a.zip")
        case "large":
            largest = 50_000
        case "elsewhere":
            web.moved["/a.zip"] = "file:///etc/hostname"
        case "nobody":
            url = "http://127.0.0.1:9/a.zip"
    with pytest.raises(RemoteFailureError) as caught:
        fetch(url, tmp_path / "a", largest=largest)
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_within_http_is_followed(web: Web, tmp_path: Path) -> None:
    web.files["/a.zip"] = b"x"
    web.moved["/latest.zip"] = web.url("/a.zip")
    assert fetch(web.url("/latest.zip"), tmp_path / "a").size == 1


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        fetch(str(tmp_path / "none.zip"), tmp_path / "a")


def test_a_redirect_from_https_to_http_is_refused() -> None:
    request = urllib.request.Request("https://x.example/a.zip")
    body = io.BytesIO()
    with pytest.raises(RemoteFailureError, match="not protected"):
        _NoDowngrade().redirect_request(
            request, body, 302, "", http.client.HTTPMessage(), "http://x.example/a.zip"
        )
    assert body.closed
