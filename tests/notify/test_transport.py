"""Mail handed to a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import AlpheusError
from alpheus.notify.settings import SmtpSettings
from alpheus.notify.status_codes import Blame, Phase
from alpheus.notify.transport import Answer, Outcome, Transport, TransportError
from mail_samples import made_mail
from mail_server import (
    CLOSE,
    SILENCE,
    Inbox,
    free_port,
    made_certificate,
    only,
    player,
    real_server,
)


class Watch:
    """Notes that the final dot is about to go."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


def plain(port: int, seconds: float = 5.0) -> Transport:
    """A transport without TLS, as only this machine may have."""
    settings = SmtpSettings("127.0.0.1", port, "none")
    return Transport(settings, hostname="cert.example", seconds=seconds, dot_seconds=seconds)


def sent(port: int, seconds: float = 5.0) -> tuple[Answer, int]:
    """The answer to a notice, and how often its final dot was announced."""
    watch = Watch()
    transport = plain(port, seconds)
    try:
        return transport.send(made_mail(), watch), watch.calls
    finally:
        transport.close()


def test_what_arrives_is_what_was_sent() -> None:
    """Byte for byte, with the keyed sender, to the one recipient."""
    inbox = Inbox()
    with real_server(inbox) as port:
        answer, calls = sent(port)
    mail = made_mail()
    assert (answer.outcome, answer.line, calls) == (Outcome.TAKEN, "250 2.0.0 queued", 1)
    assert inbox.contents == [mail.content]
    assert (inbox.taken[0].mail_from, inbox.taken[0].rcpt_tos) == (mail.sender, [mail.recipient])


@pytest.mark.parametrize(
    ("answers", "outcome", "phase", "whose", "dots"),
    [
        ({"MAIL": "451 4.3.0 later"}, Outcome.NOT_TAKEN, Phase.MAIL, Blame.SENDER, 0),
        ({"MAIL": "550 5.7.1 no"}, Outcome.REFUSED, Phase.MAIL, Blame.SENDER, 0),
        ({"RCPT": "550 5.1.1 no"}, Outcome.REFUSED, Phase.RECIPIENT, Blame.RECIPIENT, 0),
        ({"RCPT": "450 4.2.0 grey"}, Outcome.NOT_TAKEN, Phase.RECIPIENT, Blame.RECIPIENT, 0),
        ({"DATA": "451 4.3.0 later"}, Outcome.NOT_TAKEN, Phase.DATA, Blame.UNCLEAR, 0),
        ({"DATA": "554 5.7.1 no"}, Outcome.REFUSED, Phase.DATA, Blame.UNCLEAR, 0),
        ({"DOT": "550 5.1.1 no"}, Outcome.REFUSED, Phase.DOT, Blame.RECIPIENT, 1),
        ({"DOT": "452 4.2.2 full"}, Outcome.NOT_TAKEN, Phase.DOT, Blame.RECIPIENT, 1),
        ({"DOT": "554 5.7.1 spam"}, Outcome.REFUSED, Phase.DOT, Blame.UNCLEAR, 1),
        ({"DATA": CLOSE}, Outcome.NOT_TAKEN, Phase.DATA, Blame.SENDER, 0),
        ({"DATA": SILENCE}, Outcome.NOT_TAKEN, Phase.DATA, Blame.SENDER, 0),
        ({"DOT": CLOSE}, Outcome.UNCERTAIN, Phase.DOT, Blame.SENDER, 1),
        ({"DOT": SILENCE}, Outcome.UNCERTAIN, Phase.DOT, Blame.SENDER, 1),
        ({"DOT": "xyz nonsense"}, Outcome.UNCERTAIN, Phase.DOT, Blame.UNCLEAR, 1),
        ({"DOT": "354 what"}, Outcome.UNCERTAIN, Phase.DOT, Blame.UNCLEAR, 1),
        ({"DOT": "250 " + "x" * 9000}, Outcome.UNCERTAIN, Phase.DOT, Blame.SENDER, 1),
    ],
)  # fmt: skip
def test_only_a_missing_answer_to_the_final_dot_is_uncertain(
    answers: dict[str, str], outcome: Outcome, phase: Phase, whose: Blame, dots: int
) -> None:
    """Before the dot no server has a message (RFC 5321, 4.2.5); the dot is announced just before.

    An answer that cannot be read is none.
    """
    with player(**answers) as server:
        answer, calls = sent(server.port, 0.5)
    assert (answer.outcome, answer.phase, calls) == (outcome, phase, dots)
    assert answer.blame is whose
    assert len(server.complete) == dots


def test_what_the_announcement_raises_ends_it_before_the_dot() -> None:
    """A database that is lost while the server waits: nobody has the message."""

    class LostError(AlpheusError, OSError):
        pass

    def lose() -> None:
        raise LostError("gone")

    with player() as server:
        transport = plain(server.port)
        with pytest.raises(LostError):
            transport.send(made_mail(), lose)
        assert server.complete == []
        assert transport.send(made_mail(), Watch()).outcome is Outcome.TAKEN
        transport.close()
    assert server.connections == 2


def test_a_connection_is_kept_and_cleared_between_messages() -> None:
    """After a refusal comes RSET; one connection serves many messages."""
    with player(RCPT=["550 5.1.1 no", "250 ok"]) as server:
        transport = plain(server.port)
        outcomes = [transport.send(made_mail(), Watch()).outcome for _ in range(3)]
        transport.close()
    assert outcomes == [Outcome.REFUSED, Outcome.TAKEN, Outcome.TAKEN]
    assert server.connections == 1
    assert server.said.count("RSET") == 1
    assert server.said[-1].upper() == "QUIT"


@pytest.mark.parametrize("said", ["421 4.4.2 idle too long", CLOSE])
def test_a_connection_that_grew_old_is_made_anew(said: str) -> None:
    """A server may end one that was idle; the message goes by the next."""
    with player(MAIL=["250 ok", said, "250 ok"]) as server:
        transport = plain(server.port)
        outcomes = [transport.send(made_mail(), Watch()).outcome for _ in range(2)]
        transport.close()
    assert outcomes == [Outcome.TAKEN, Outcome.TAKEN]
    assert server.connections == 2
    assert len(server.complete) == 2


def test_reports_are_asked_for_where_the_server_knows_how() -> None:
    """RFC 3461: the envelope's number comes back in every report, of delivery as well."""
    with player(EHLO="250-mail.example\n250-DSN\n250 SIZE 100000") as server:
        sent(server.port)
    mail = made_mail()
    size = len(mail.content)
    assert f"MAIL FROM:<{mail.sender}> SIZE={size} RET=HDRS ENVID={mail.envelope_number}" in (
        server.said
    )
    assert f"RCPT TO:<{mail.recipient}> NOTIFY=SUCCESS,FAILURE,DELAY" in server.said


def test_what_a_server_cannot_do_is_not_tried() -> None:
    """A message that is too large for it, and a name that needs SMTPUTF8."""
    with player(EHLO="250-mail.example\n250 SIZE 100") as server:
        answer, _ = sent(server.port)
        assert "our mail server takes 100" in answer.line
    with player() as server:
        transport = plain(server.port)
        answer = transport.send(made_mail("büro@school.example"), Watch())
        transport.close()
    assert answer.outcome is Outcome.REFUSED
    assert "SMTPUTF8" in answer.line
    inbox = Inbox()
    with real_server(inbox) as port:
        transport = plain(port)
        answer = transport.send(made_mail("büro@school.example"), Watch())
        transport.close()
    assert answer.outcome is Outcome.TAKEN
    assert inbox.taken[0].rcpt_tos == ["büro@school.example"]


@pytest.mark.parametrize(
    ("answers", "passing", "line"),
    [
        ({"GREETING": "554 5.7.1 go away"}, False, "does not want to speak with us: 554"),
        ({"GREETING": "421 busy"}, True, "does not want to speak with us: 421"),
        ({"GREETING": CLOSE}, True, "cannot be reached"),
        ({"GREETING": SILENCE}, True, "no answer in time"),
    ],
)
def test_a_server_that_cannot_be_used_says_why(
    answers: dict[str, str], passing: bool, line: str
) -> None:
    """One line; whether it is worth trying again; nothing was sent."""
    with player(**answers) as server, pytest.raises(TransportError, match=line) as caught:
        sent(server.port, 0.5)
    assert caught.value.passing is passing
    assert server.complete == []


def test_a_server_that_is_not_there() -> None:
    """The line names it."""
    port = free_port()
    with pytest.raises(TransportError, match=f"127.0.0.1:{port} cannot be reached") as caught:
        sent(port)
    assert caught.value.passing


def test_nothing_goes_in_clear_text_but_to_this_machine() -> None:
    """`none` is for loopback; not even a name is looked up."""
    transport = Transport(SmtpSettings("mail.example", 25, "none"), hostname="cert.example")
    with pytest.raises(TransportError, match="clear text") as caught:
        transport.send(made_mail(), Watch())
    assert not caught.value.passing


def test_a_password_never_goes_in_clear_text() -> None:
    """Not to this machine either, and not to a server that asks for it."""
    with player(EHLO="250-mail.example\n250 AUTH PLAIN LOGIN") as server:
        settings = SmtpSettings("127.0.0.1", server.port, "none", "us")
        transport = Transport(settings, hostname="cert.example", password="secret")
        with pytest.raises(TransportError, match="clear text"):
            transport.send(made_mail(), Watch())
    assert not any("AUTH" in line for line in server.said)


def test_starttls_is_not_given_up() -> None:
    """A server that does not offer it, or takes the offer back, gets nothing."""
    with player(EHLO="250 mail.example") as server:
        settings = SmtpSettings("127.0.0.1", server.port)
        transport = Transport(settings, hostname="cert.example")
        with pytest.raises(TransportError, match="does not offer STARTTLS"):
            transport.send(made_mail(), Watch())
    with player(EHLO="250-mail.example\n250 STARTTLS", STARTTLS="454 not now") as server:
        settings = SmtpSettings("127.0.0.1", server.port)
        transport = Transport(settings, hostname="cert.example")
        with pytest.raises(TransportError, match="454"):
            transport.send(made_mail(), Watch())
    assert not any(line.startswith("MAIL") for line in server.said)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_with_a_certificate_of_ones_own_authority(security: str, tmp_path: Path) -> None:
    """STARTTLS and implicit TLS, a user and a password; the authority is named by a file."""
    certificate, inbox = made_certificate(tmp_path), Inbox()
    options = {"authenticator": only("us", "right"), "auth_required": security != "tls"}
    if security == "tls":  # what is inside looks like clear text to this server
        options |= {"implicit": certificate.context(), "auth_require_tls": False}
    else:
        options |= {"tls_context": certificate.context(), "require_starttls": True}
    with real_server(inbox, **options) as port:
        settings = SmtpSettings("localhost", port, security, "us", certificate.path)
        for password, expected in (("right", None), ("wrong", "refuses smtp.user"), ("", "not; ")):
            transport = Transport(settings, hostname="cert.example", password=password, seconds=5)
            if expected is None:
                assert transport.send(made_mail(), Watch()).outcome is Outcome.TAKEN
            else:
                with pytest.raises(TransportError, match=expected) as caught:
                    transport.send(made_mail(), Watch())
                assert not caught.value.passing
                assert not password or password not in str(caught.value)
            transport.close()
    assert inbox.contents == [made_mail().content]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("flaw", ["unknown", "name", "expired"])
def test_a_certificate_that_is_not_good_ends_it(security: str, flaw: str, tmp_path: Path) -> None:
    """An unknown authority, another server's name, a time that has passed: nothing is sent."""
    name = "other.example" if flaw == "name" else "localhost"
    certificate = made_certificate(tmp_path, name, days=-1 if flaw == "expired" else 30)
    inbox = Inbox()
    side = "implicit" if security == "tls" else "tls_context"
    with real_server(inbox, **{side: certificate.context()}) as port:
        authority = None if flaw == "unknown" else certificate.path
        settings = SmtpSettings("localhost", port, security, "", authority)
        transport = Transport(settings, hostname="cert.example", seconds=5)
        with pytest.raises(TransportError, match="certificate of localhost") as caught:
            transport.send(made_mail(), Watch())
    assert not caught.value.passing
    assert inbox.taken == []


def test_a_file_of_authorities_that_holds_none(tmp_path: Path) -> None:
    """The line names the file."""
    path = tmp_path / "ca.pem"
    path.write_text("nothing")
    with player(EHLO="250-mail.example\n250 STARTTLS", STARTTLS="220 go") as server:
        settings = SmtpSettings("127.0.0.1", server.port, "starttls", "", path)
        transport = Transport(settings, hostname="cert.example")
        with pytest.raises(TransportError, match=r"ca\.pem holds no certificates"):
            transport.send(made_mail(), Watch())


def test_tls_where_the_server_speaks_none() -> None:
    """Implicit TLS on a port that speaks first: the line says which setting fits which port."""
    with player() as server:
        settings = SmtpSettings("127.0.0.1", server.port, "tls")
        transport = Transport(settings, hostname="cert.example", seconds=2)
        with pytest.raises(TransportError, match="port 465 wants"):
            transport.send(made_mail(), Watch())


def test_a_dot_at_the_beginning_of_a_line_is_doubled_on_the_wire() -> None:
    """RFC 5321, 4.5.2; and nothing with a bare line break is sent at all."""
    mail = made_mail().with_body(b"Content-Type: text/plain\r\n\r\n.\r\n..a\r\nMAIL FROM:<x>\r\n")
    inbox = Inbox()
    with real_server(inbox) as port:
        transport = plain(port)
        transport.send(mail, Watch())
        with pytest.raises(ValueError, match="CRLF"):
            transport.send(mail.with_body(b"\r\n\n.\n"), Watch())
        transport.close()
    assert inbox.contents == [mail.content]


def test_we_call_ourselves_by_a_name_of_the_dns() -> None:
    """EHLO is ASCII, whatever the sender's domain is written in."""
    with player() as server:
        settings = SmtpSettings("127.0.0.1", server.port, "none")
        transport = Transport(settings, hostname="bücher.example")
        transport.send(made_mail(), Watch())
        transport.close()
    assert server.said[0] == "ehlo xn--bcher-kva.example"
