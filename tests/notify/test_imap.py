"""Mail read from its server."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.errors import EvidenceError, UsageError
from alpheus.notify.bounces import read_report
from alpheus.notify.imap import imap_messages
from bounce_samples import SAMPLES
from mail_server import Certificate, free_port, made_certificate

BOX = [SAMPLES[name][0]() for name in ("postfix", "human", "qmail")]


class Server:
    """As much of an IMAP server as a reader needs; notes what it was asked."""

    def __init__(self, certificate: Certificate) -> None:
        self.said: list[str] = []
        self._context = certificate.context()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with (
                contextlib.suppress(OSError),
                connection,
                self._context.wrap_socket(connection, server_side=True) as secure,
            ):
                self._talk(secure)

    def _talk(self, secure: ssl.SSLSocket) -> None:
        secure.sendall(b"* OK ready\r\n")
        with secure.makefile("rb") as lines:
            for line in lines:
                tag, _, command = line.decode().strip().partition(" ")
                self.said.append(command)
                secure.sendall(self._answer(command) + f"{tag} {self._end(command)}\r\n".encode())
                if command == "LOGOUT":
                    return

    def _end(self, command: str) -> str:
        if command.startswith("LOGIN") and '"right"' not in command:
            return "NO [AUTHENTICATIONFAILED] wrong"
        return "NO no such folder" if "absent" in command else "OK done"

    def _answer(self, command: str) -> bytes:
        if command.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\n"
        if command.startswith("EXAMINE"):
            return b"* 3 EXISTS\r\n"
        if command.startswith("UID SEARCH"):
            return b"* SEARCH 11 12 13\r\n"
        found = re.match(r"UID FETCH (\d+)", command)
        if not found:
            return b"* BYE\r\n" if command == "LOGOUT" else b""
        content = BOX[int(found[1]) - 11]
        head = f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(content)}}}\r\n".encode()
        return head + content + b")\r\n"


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """For this machine."""
    return made_certificate(tmp_path)


@pytest.fixture
def server(certificate: Certificate) -> Iterator[Server]:
    """A mailbox with three messages."""
    found = Server(certificate)
    yield found
    found.close()


def test_a_folder_is_read_and_left_as_it_is(server: Server, certificate: Certificate) -> None:
    """Opened for reading, fetched without a mark, in place and number."""
    url = f"imaps://bounces%40cert.example@localhost:{server.port}/INBOX/Old"
    found = list(imap_messages(url, ca_file=certificate.path, password="right"))
    assert [each.content for each in found] == BOX
    assert found[1].place == f"imaps://localhost:{server.port}/INBOX/Old, UID 12"
    assert [read_report(each.content).kind.value for each in found] == [
        "failed", "answered", "failed",
    ]  # fmt: skip
    assert 'EXAMINE "INBOX/Old"' in server.said
    fetched = [each for each in server.said if "FETCH" in each]
    assert len(fetched) == 3
    assert all("BODY.PEEK[]<0.2097152>" in each for each in fetched)
    assert not any(word in each for each in server.said for word in ("STORE", "SELECT", "EXPUNGE"))


@pytest.mark.parametrize(
    ("password", "folder", "line"),
    [("wrong", "INBOX", "cannot be read"), ("right", "absent", "cannot be opened")],
)
def test_what_the_server_does_not_allow(
    password: str, folder: str, line: str, server: Server, certificate: Certificate
) -> None:
    """One line, without the password."""
    url = f"imaps://me@localhost:{server.port}/{folder}"
    with pytest.raises(EvidenceError, match=line) as caught:
        list(imap_messages(url, ca_file=certificate.path, password=password))
    assert password not in str(caught.value).split("cannot")[0]


def test_a_certificate_that_is_not_known_ends_it(server: Server) -> None:
    """No password is given to whoever answers."""
    with pytest.raises(EvidenceError, match="certificate of localhost"):
        list(imap_messages(f"imaps://me@localhost:{server.port}/INBOX", password="right"))
    assert server.said == []


def test_a_server_that_is_not_there() -> None:
    """The line names it."""
    port = free_port()
    with pytest.raises(EvidenceError, match=f"localhost:{port}/INBOX cannot be read"):
        list(imap_messages(f"imaps://me@localhost:{port}", password="right"))


@pytest.mark.parametrize(
    "url",
    ["imap://me@mail.example/INBOX", "imaps://mail.example/INBOX", "imaps://me@/x", "nonsense",
     "imaps://me:secret@mail.example/INBOX", "imaps://me@mail.example:x/INBOX",
     "imaps://me@mail.example/a%0d%0aSTORE"],
)  # fmt: skip
def test_addresses_of_mailboxes(url: str) -> None:
    """TLS alone, with a user, without a password; nothing that ends a command."""
    with pytest.raises(UsageError) as caught:
        list(imap_messages(url, password="right"))
    assert "secret@" not in str(caught.value)


def test_a_password_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the variable."""
    monkeypatch.delenv("ALPHEUS_IMAP_PASSWORD", raising=False)
    with pytest.raises(UsageError, match="ALPHEUS_IMAP_PASSWORD"):
        list(imap_messages("imaps://me@mail.example/INBOX"))
