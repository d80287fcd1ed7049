"""Mail handed to the sender's own server, with certainty about what became of it.

The standard library speaks SMTP; its commands are given one by one here, because only that tells
what happened before a message can have been accepted and what after. RFC 5321, section 4.2.5: a
server that has not been given the final dot has no message, and one that answers it with 250 has
taken it. Between the dot and the answer nobody knows.

Nothing is sent in clear text but to this machine, and no password ever is: TLS comes first, with a
certificate that was verified, or the sending ends.
"""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from alpheus.errors import AlpheusError
from alpheus.notify.mail_headers import a_labels, one_line
from alpheus.notify.message import Mail
from alpheus.notify.settings import PASSWORD, SmtpSettings
from alpheus.notify.settings_values import is_loopback
from alpheus.notify.status_codes import Blame, Phase, blame, in_words, status_in

_SECONDS = 60.0
_DOT_SECONDS = 600.0
"""RFC 5321, section 4.5.3.2.6: what a server may take to answer the final dot."""

_PER_CONNECTION = 100
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_PASSING = (ConnectionError, TimeoutError, smtplib.SMTPServerDisconnected)


class TransportError(AlpheusError, OSError):
    """The mail server cannot be used; nothing was sent. `passing`: it may be well later."""

    exit_status = 3

    def __init__(self, line: str, *, passing: bool) -> None:
        super().__init__(line)
        self.passing = passing


class Outcome(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    NOT_TAKEN = "not-taken"
    """For now; it may be sent again."""
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said, and what it means."""

    outcome: Outcome
    phase: Phase
    blame: Blame = Blame.RECIPIENT
    code: int = 0
    status: str = ""
    text: str = ""

    @property
    def line(self) -> str:
        """One line for people: the reason in words, and the server's own."""
        said = f"{self.code} {self.text}".strip() if self.code else self.text
        words = in_words(self.status) if self.outcome is not Outcome.TAKEN else ""
        return f"{words}: {said}" if words else said


def answer_of(code: int, text: str, phase: Phase) -> Answer:
    """What an answer in a phase means."""
    status = status_in(text)
    if code // 100 == 2:
        outcome = Outcome.TAKEN
    elif code // 100 == 4:
        outcome = Outcome.NOT_TAKEN
    elif code // 100 == 5:
        outcome = Outcome.REFUSED
    else:
        outcome = Outcome.UNCERTAIN if phase is Phase.DOT else Outcome.NOT_TAKEN
    if not 200 <= code < 600 or code // 100 == 3:
        return Answer(outcome, phase, Blame.UNCLEAR, max(0, code), status, text)
    return Answer(outcome, phase, blame(code, status, text, phase), code, status, text)


class Transport:
    """A connection to the sender's server, made when it is needed and kept while it is good."""

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        hostname: str,
        password: str | None = None,
        seconds: float = _SECONDS,
        dot_seconds: float = _DOT_SECONDS,
    ) -> None:
        """Take how to reach the server; `hostname` is what we call ourselves."""
        self._settings = settings
        self._hostname = a_labels(hostname)
        self._password = os.environ.get(PASSWORD, "") if password is None else password
        self._seconds = seconds
        self._dot_seconds = dot_seconds
        self._server: smtplib.SMTP | None = None
        self._sent = 0

    @property
    def place(self) -> str:
        """The server, for messages."""
        return f"{self._settings.host}:{self._settings.port}"

    def send(self, mail: Mail, before_dot: Callable[[], None]) -> Answer:
        """Hand a message over, to its one recipient.

        `before_dot` is called when the server has all of it but the final dot; what it raises ends
        the connection there, and nothing was handed over. After that, every end that is not an
        answer is UNCERTAIN. Raises TransportError where the server cannot be used at all.
        """
        content = mail.content
        if _BARE.search(content):
            raise ValueError("a message has lines that do not end with CRLF")
        fresh = self._server is None
        try:
            answer = self._opened(mail, len(content))
            if answer is not None and answer.code == 421 and not fresh:
                self.close()
                answer = self._opened(mail, len(content))
        except _PASSING:
            self.close()
            if fresh:
                raise
            answer = self._opened(mail, len(content))
        return answer if answer is not None else self._data(content, before_dot)

    def close(self) -> None:
        """End the connection; says QUIT where somebody listens."""
        server, self._server, self._sent = self._server, None, 0
        if server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if server.sock is not None:
                    server.sock.settimeout(5)
                server.quit()
            server.close()

    def drop(self) -> None:
        """End the connection without a word, as after a message that was not completed."""
        server, self._server, self._sent = self._server, None, 0
        if server is not None:
            server.close()

    def _opened(self, mail: Mail, size: int) -> Answer | None:
        """Name the sender and the recipient; None where the server wants the message."""
        server = self._connected()
        if mail.utf8 and not server.has_extn("smtputf8"):
            text = "our mail server cannot send to addresses in other alphabets (SMTPUTF8)"
            return Answer(Outcome.REFUSED, Phase.MAIL, Blame.RECIPIENT, text=text)
        limit = server.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            text = f"the message has {size:,} bytes, our mail server takes {int(limit):,}"
            return Answer(Outcome.REFUSED, Phase.MAIL, Blame.UNCLEAR, text=text)
        for phase, command in _commands(server, mail, size):
            code, text = self._ask(server, command)
            if code // 100 != 2:
                self._reset(server, code)
                return answer_of(code, text, phase)
        return None

    def _data(self, content: bytes, before_dot: Callable[[], None]) -> Answer:
        server = self._connected()
        phase = Phase.DATA
        handed = False
        try:
            code, text = self._ask(server, "DATA")
            if code != 354:
                self._reset(server, code)
                return answer_of(code if code >= 400 else 451, text, phase)
            phase = Phase.BODY
            server.send(content.replace(b"\r\n.", b"\r\n.."))
            before_dot()
            phase, handed = Phase.DOT, True
            if server.sock is not None:
                server.sock.settimeout(self._dot_seconds)
            code, text = self._ask(server, ".")
            if server.sock is not None:
                server.sock.settimeout(self._seconds)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            if isinstance(error, AlpheusError):
                raise  # by `before_dot`
            outcome = Outcome.UNCERTAIN if handed else Outcome.NOT_TAKEN
            return Answer(outcome, phase, Blame.SENDER, text=_said(error))
        except BaseException:
            self.drop()
            raise
        self._sent += 1
        self._reset(server, code)
        return answer_of(code, text, phase)

    def _ask(self, server: smtplib.SMTP, command: str) -> tuple[int, str]:
        server.send(f"{command}\r\n".encode())
        code, text = server.getreply()
        return code, one_line(text.decode("utf-8", "replace"))[:500]

    def _reset(self, server: smtplib.SMTP, code: int) -> None:
        """Ready for the next message, or closed where this connection has seen enough."""
        if code == 421 or code < 200 or self._sent >= _PER_CONNECTION:
            self.close()
        elif code >= 400:
            try:
                if self._ask(server, "RSET")[0] != 250:
                    self.close()
            except (OSError, smtplib.SMTPException):
                self.drop()

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._server = self._connect()
        return self._server

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "none" and not is_loopback(settings.host):
            line = (
                f"{self.place} is not this machine, and `security: none` would send notices and "
                "passwords in clear text; set it to starttls or tls"
            )
            raise TransportError(line, passing=False)
        try:
            server = self._open()
            try:
                self._greet(server)
            except BaseException:
                server.close()
                raise
        except TransportError:
            raise
        except ssl.SSLCertVerificationError as error:
            line = (
                f"the certificate of {self.place} is not good: {error.verify_message}; put its "
                "authority into smtp.ca_file, or name the server as its certificate does"
            )
            raise TransportError(line, passing=False) from error
        except ssl.SSLError as error:
            line = (
                f"{self.place} does not speak TLS as it should ({_said(error)}); port 465 wants "
                "`security: tls`, ports 25 and 587 want `starttls`"
            )
            raise TransportError(line, passing=False) from error
        except smtplib.SMTPResponseException as error:
            raise _refused_session(self.place, error) from error
        except (OSError, smtplib.SMTPException) as error:
            line = f"{self.place} cannot be reached: {_said(error)}; nothing was sent"
            raise TransportError(line, passing=True) from error
        return server

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        where = (settings.host, settings.port)
        if settings.security == "tls":
            return smtplib.SMTP_SSL(
                *where, self._hostname, timeout=self._seconds, context=self._context()
            )
        return smtplib.SMTP(*where, self._hostname, timeout=self._seconds)

    def _context(self) -> ssl.SSLContext:
        name = self._settings.ca_file
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            if name is not None:
                context.load_verify_locations(name)
        except OSError as error:
            line = f"smtp.ca_file {name} holds no certificates that can be read: {_said(error)}"
            raise TransportError(line, passing=False) from error
        return context

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            if not server.has_extn("starttls"):
                line = (
                    f"{self.place} does not offer STARTTLS, so nothing was sent; somebody on the "
                    "way may take it out, or the server wants `security: tls` on port 465"
                )
                raise TransportError(line, passing=False)
            server.starttls(context=self._context())
            server.ehlo_or_helo_if_needed()
        if self._settings.user:
            self._log_in(server)

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._settings.security == "none":
            line = f"a password never goes in clear text; {self.place} is used without TLS"
            raise TransportError(line, passing=False)
        if not self._password:
            line = f"smtp.user is set, but the variable {PASSWORD} is not; set it, or take it out"
            raise TransportError(line, passing=False)
        try:
            server.login(self._settings.user, self._password)
        except smtplib.SMTPNotSupportedError as error:
            line = f"{self.place} takes no user; take smtp.user out, or use its submission port"
            raise TransportError(line, passing=False) from error


def _commands(server: smtplib.SMTP, mail: Mail, size: int) -> list[tuple[Phase, str]]:
    """MAIL and RCPT with what the server knows to do (RFC 1870, 3461, 6152, 6531)."""
    sender, recipient = [f"MAIL FROM:<{mail.sender}>"], [f"RCPT TO:<{mail.recipient}>"]
    if server.has_extn("size"):
        sender.append(f"SIZE={size}")
    if mail.utf8:
        sender += ["BODY=8BITMIME", "SMTPUTF8"]
    if server.has_extn("dsn"):
        sender += ["RET=HDRS", f"ENVID={mail.envelope_number}"]
        recipient.append("NOTIFY=SUCCESS,FAILURE,DELAY")
    return [(Phase.MAIL, " ".join(sender)), (Phase.RECIPIENT, " ".join(recipient))]


def _refused_session(place: str, error: smtplib.SMTPResponseException) -> TransportError:
    text = error.smtp_error
    said = one_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        start = f"{place} refuses smtp.user with the password in {PASSWORD}"
    else:
        start = f"{place} does not want to speak with us"
    passing = 400 <= error.smtp_code < 500
    return TransportError(f"{start}: {error.smtp_code} {said[:300]}", passing=passing)


def _said(error: BaseException) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return one_line(error.strerror).lower()
    return one_line(str(error)) or type(error).__name__
