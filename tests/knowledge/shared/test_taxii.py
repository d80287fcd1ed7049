"""A collection from a TAXII 2.1 server, over HTTPS on this machine."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from alpheus.cli import main
from alpheus.errors import KnowledgeError, UsageError
from alpheus.knowledge.shared import taxii
from alpheus.knowledge.shared.taxii import fetch_collection
from updates.certificates import write_certificate

OBJECTS = [
    {"type": "indicator", "pattern": f"[ipv4-addr:value = '45.77.1.{n}']", "pattern_type": "stix"}
    for n in range(5)
]


class _Server(BaseHTTPRequestHandler):
    """Two objects a page; other collections answer with what goes wrong."""

    def do_GET(self) -> None:
        place, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        right = self.headers["Authorization"] == "Basic dXNlcjpzZWNyZXQ="
        if self.headers["Accept"] != taxii.MEDIA_TYPE or not right:
            self._answer(401, {})
        elif place == "/api/collections/one/objects/":
            first = int(asked.get("next", ["0"])[0]) + ("added_after" in asked)
            body: dict[str, object] = {"objects": OBJECTS[first : first + 2]}
            if first + 2 < len(OBJECTS):
                body |= {"more": True, "next": str(first + 2)}
            self._answer(200, body)
        elif place == "/api/collections/round/objects/":
            self._answer(200, {"more": True, "next": "x", "objects": []})
        elif place == "/api/collections/odd/objects/":
            self._answer(200, {"objects": 7})
        else:
            self.send_response(302)
            self.send_header("Location", "/api/collections/one/objects/")
            self.end_headers()

    def _answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address below which collections lie, and the certificate of the server."""
    pem = tmp_path_factory.mktemp("taxii") / "server.pem"
    write_certificate(pem)
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{made.server_address[1]}/api/collections", pem
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def collections(server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, with what lets in."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server[1]))
    monkeypatch.setenv(taxii.USER, "user")
    monkeypatch.setenv(taxii.PASSWORD, "secret")
    return server[0]


def test_all_pages_are_fetched(collections: str) -> None:
    """Page by page, also with a time from which on."""
    assert [json.loads(one) for one in fetch_collection(f"{collections}/one/")] == OBJECTS
    since = [json.loads(one) for one in fetch_collection(f"{collections}/one", "2021-01-01T00:00Z")]
    assert since[0] == OBJECTS[1]


@pytest.mark.parametrize(
    ("name", "words"),
    [("round", "does not say where"), ("odd", "not an answer"), ("away", "answered 302")],
)
def test_what_goes_wrong_is_told(collections: str, name: str, words: str) -> None:
    """A circle, another form, a redirect: one line with the address."""
    with pytest.raises(KnowledgeError, match=words):
        list(fetch_collection(f"{collections}/{name}/"))


def test_who_may_not_is_told_how(collections: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused name says which variables are read."""
    monkeypatch.setenv(taxii.PASSWORD, "wrong")
    with pytest.raises(KnowledgeError, match=taxii.USER):
        list(fetch_collection(f"{collections}/one/"))


@pytest.mark.parametrize("url", ["http://x/collections/1/", "https://user:secret@x/", "x"])
def test_only_https_without_a_password(url: str) -> None:
    """It would stand in the history of a shell."""
    with pytest.raises(UsageError, match="without name and password"):
        next(fetch_collection(url))


def test_from_a_server_to_a_file(
    collections: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written is checked by the next command; a failure leaves nothing."""
    target = tmp_path / "feed.json"
    assert main(["indicators", "fetch", f"{collections}/one/", "-o", str(target)]) == 0
    assert "5 objects" in capsys.readouterr().err
    assert main(["indicators", "check", str(target)]) == 0
    assert "STIX 2.1, 5 indicators" in capsys.readouterr().out
    assert main(["indicators", "fetch", f"{collections}/odd/", "-o", str(target) + "2"]) == 2
    assert sorted(tmp_path.iterdir()) == [target]
