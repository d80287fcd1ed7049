"""Mail servers of this machine: a real one that keeps what it takes, and one that plays a part."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CLOSE = "close"
"""End the connection instead of answering."""

SILENCE = "silence"
"""Never answer."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Certificate:
    """A server's certificate that is its own authority, with its key in the same file."""

    path: Path

    def context(self) -> ssl.SSLContext:
        """For the server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


def made_certificate(folder: Path, name: str = "localhost", *, days: int = 30) -> Certificate:
    """A certificate for a name of this machine; `days` may have passed already."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=60))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Certificate(path)


@dataclass
class Inbox:
    """What a real server took: a handler of aiosmtpd. `answer` may refuse a recipient."""

    answer: Callable[[str], str] = lambda _: "250 OK"
    taken: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.answer(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 2.0.0 queued"

    @property
    def contents(self) -> list[bytes]:
        """The messages, byte for byte."""
        return [bytes(each.original_content or b"") for each in self.taken]


@contextmanager
def real_server(inbox: Any, **options: Any) -> Iterator[int]:
    """A server of aiosmtpd; gives its port."""
    implicit: ssl.SSLContext | None = options.pop("implicit", None)
    controller = Controller(
        inbox, hostname="127.0.0.1", port=free_port(), ssl_context=implicit, enable_SMTPUTF8=True,
        **options,
    )  # fmt: skip
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """Lets one user in."""

    def check(_s: Any, _n: Any, _e: Any, _m: Any, data: Any) -> AuthResult:
        known = LoginPassword(user.encode(), password.encode())
        return AuthResult(success=data == known, handled=False)

    return check


Answers = Mapping[str, str | Sequence[str]]
_USUAL = {
    "GREETING": "220 mail.example", "EHLO": "250 mail.example", "MAIL": "250 ok", "RCPT": "250 ok",
    "DATA": "354 go on", "DOT": "250 2.0.0 queued", "RSET": "250 ok", "QUIT": "221 bye",
    "STARTTLS": "502 no",
}  # fmt: skip


class Player:
    """A server that plays a part: `answers` by verb, in order, the last one again and again.

    `GREETING` and `DOT` are verbs too. `complete` are messages whose final dot came, `said` all
    commands.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = {
            verb: [said] if isinstance(said, str) else list(said)
            for verb, said in {**_USUAL, **answers}.items()
        }
        self.complete: list[bytes] = []
        self.partial: list[bytes] = []
        self.said: list[str] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._ended.set()
        self._listener.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _next(self, verb: str) -> str:
        answers = self._answers.get(verb, ["500 what"])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _answer(self, connection: socket.socket, verb: str) -> bool:
        said = self._next(verb)
        if said == SILENCE:
            self._ended.wait(30)
            return False
        if said == CLOSE:
            return False
        connection.sendall("".join(f"{line}\r\n" for line in said.split("\n")).encode())
        return not said.startswith("421")

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
            if not self._answer(connection, "GREETING"):
                return
            for line in lines:
                verb = line[:4].decode("latin-1").upper().strip()
                self.said.append(line.decode("utf-8", "replace").strip())
                verb = "STARTTLS" if verb == "STAR" else verb
                begins = verb == "DATA" and self._answers["DATA"][0].startswith("354")
                if not self._answer(connection, verb):
                    return
                if begins and not self._data(connection, lines):
                    return

    def _data(self, connection: socket.socket, lines: Any) -> bool:
        content = b""
        for line in lines:
            if line == b".\r\n":
                self.complete.append(content)
                return self._answer(connection, "DOT")
            content += line
        self.partial.append(content)
        return False


@contextmanager
def player(**answers: str | Sequence[str]) -> Iterator[Player]:
    """A server that plays a part."""
    playing = Player(answers)
    try:
        yield playing
    finally:
        playing.close()
