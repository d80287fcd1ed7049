"""Where bundles are read from: folders without links, and HTTPS mirrors without redirects."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadError, DownloadHTTPError

from alpheus.errors import BundleError, EvidenceNotFoundError, UsageError
from alpheus.updates import install as module
from alpheus.updates.fetching import FolderFetching, fetching_of
from alpheus.updates.install import install
from updates.bundles import Desk, new_desk
from updates.certificates import write_certificate


class _Mirror(SimpleHTTPRequestHandler):
    """Serves a folder; what is named below `away/` is somewhere else."""

    def do_GET(self) -> None:
        if self.path.startswith("/away/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/away"))
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A publisher who is trusted, and whose bundle needs no trial."""
    monkeypatch.setattr(module, "try_out", lambda *_: None)
    desk = new_desk(tmp_path)
    desk.trust(desk.publish(desk.pack()))
    return desk


@pytest.fixture
def mirror(desk: Desk) -> Iterator[str]:
    """The address of an HTTPS mirror of the bundle; its certificate is `mirror.pem`."""
    pem = desk.folder / "mirror.pem"
    write_certificate(pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Mirror, directory=str(desk.bundle)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_mirror_is_read(desk: Desk, mirror: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An HTTPS mirror gives what the folder gives, once its certificate is vouched for."""
    monkeypatch.setenv("SSL_CERT_FILE", str(desk.folder / "mirror.pem"))
    assert install(mirror, desk.place).changes[0].name == "test-event"
    (desk.bundle / "metadata/timestamp.json").unlink()
    with pytest.raises(BundleError, match="the mirror answered 404"):
        install(mirror, desk.place)


def test_a_mirror_that_nobody_vouches_for_is_refused(desk: Desk, mirror: str) -> None:
    """A certificate from nowhere is refused, though the bundle is signed."""
    with pytest.raises(BundleError, match="CERTIFICATE_VERIFY_FAILED"):
        install(mirror, desk.place)


def test_redirects_are_not_followed(
    desk: Desk, mirror: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was named is what is asked; a mirror that points elsewhere is told."""
    monkeypatch.setenv("SSL_CERT_FILE", str(desk.folder / "mirror.pem"))
    with pytest.raises(BundleError, match="the mirror answered 302"):
        install(f"{mirror}/away", desk.place)


@pytest.mark.parametrize("source", ["http://127.0.0.1/x", "ftp://x/y", "file:///tmp"])
def test_other_kinds_of_address_are_refused(source: str) -> None:
    """Nothing is fetched without TLS, or in a way that nobody named."""
    with pytest.raises(UsageError, match="name a folder, or https"):
        fetching_of(source)


def test_no_password_in_an_address() -> None:
    """It would stand in the history of a shell and in messages."""
    with pytest.raises(UsageError, match="without a name and password"):
        fetching_of("https://user:secret@mirror.example/")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A stick that is not in is told as such."""
    with pytest.raises(EvidenceNotFoundError, match="no such folder"):
        fetching_of(str(tmp_path / "stick"))


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "%2e%2e/secret", "a//b", "a\\b"])
def test_nothing_outside_is_read(tmp_path: Path, name: str) -> None:
    """No name leads out of a bundle's folder."""
    (tmp_path / "secret").write_text("secret", "utf-8")
    (tmp_path / "bundle").mkdir()
    fetching = FolderFetching(tmp_path / "bundle")
    with pytest.raises(DownloadError):
        list(fetching.fetch(f"{fetching.base}{name}"))


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    """A link in a bundle's folder is refused, and a pipe does not hang."""
    import os  # noqa: PLC0415 - for this test alone

    (tmp_path / "bundle").mkdir()
    (tmp_path / "secret").write_text("secret", "utf-8")
    (tmp_path / "bundle/link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "bundle/pipe")
    fetching = FolderFetching(tmp_path / "bundle")
    for name in ("link", "pipe"):
        with pytest.raises(DownloadError):
            list(fetching.fetch(f"{fetching.base}{name}"))
    with pytest.raises(DownloadHTTPError):
        list(fetching.fetch(f"{fetching.base}nothing"))
