"""What mail systems send back, written after their formats; all names are examples.

Every maker takes the address that a notice was sent from, its Message-ID and its recipient.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from mail_samples import made_mail

MAIL = made_mail()
SENDER = MAIL.sender
MESSAGE_ID = MAIL.message_id
WHO = "security@school.example"

Maker = Callable[[], bytes]


def _lines(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-8")


def _original() -> str:
    return (
        f"Received: from mail.cert.example ([192.0.2.1])\n"
        f"From: CERT of Exampleland <notices@cert.example>\nTo: Security <{WHO}>\n"
        f"Subject: [TLP:AMBER] Your mail server needs a patch [A-4F7K2Q]\n"
        f"Message-ID: {MESSAGE_ID}\n"
    )


def report(
    fields: str,
    *,
    head: str = "From: MAILER-DAEMON@mx.school.example (Mail Delivery System)",
    text: str = "This is the mail system.",
    subject: str = "Undelivered Mail Returned to Sender",
    original: str = "text/rfc822-headers",
    to: str = SENDER,
    charset: str = "utf-8",
) -> bytes:
    """A report in the form of RFC 3464 around its fields."""
    return _lines(
        f"Return-Path: <>\nDelivered-To: {to}\n{head}\nTo: {to}\nSubject: {subject}\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="B.1/x"\n\n'
        "This is a MIME-encapsulated message.\n\n--B.1/x\nContent-Description: Notification\n"
        f"Content-Type: text/plain; charset={charset}\n\n{text}\n\n"
        f"--B.1/x\nContent-Type: message/delivery-status\n\n{fields}\n"
        f"--B.1/x\nContent-Type: {original}\n\n{_original()}\n--B.1/x--\n"
    )


def postfix() -> bytes:
    """Postfix: no such user."""
    return report(
        "Reporting-MTA: dns; mail.cert.example\nX-Postfix-Queue-ID: 4ABCDE\n"
        f"X-Postfix-Sender: rfc822; {SENDER}\nArrival-Date: Fri, 12 Mar 2021 09:30:00 +0000\n\n"
        f"Final-Recipient: rfc822; {WHO}\nOriginal-Recipient: rfc822;{WHO}\nAction: failed\n"
        "Status: 5.1.1\nRemote-MTA: dns; mx.school.example\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 <{WHO}>: Recipient address rejected:\n    User unknown\n"
    )


def postfix_gave_up() -> bytes:
    """Postfix after five days: the action is failed, the status is temporary."""
    return report(
        "Reporting-MTA: dns; mail.cert.example\n\n"
        f"Final-Recipient: rfc822; {WHO}\nAction: failed\nStatus: 4.4.1\n"
        "Diagnostic-Code: X-Postfix; connect to mx.school.example[192.0.2.9]:25:\n"
        "    Connection timed out\n"
    )


def postfix_delay() -> bytes:
    """Postfix: still trying."""
    return report(
        f"Reporting-MTA: dns; mail.cert.example\n\nFinal-Recipient: rfc822; {WHO}\n"
        f"Action: delayed\n"
        "Status: 4.4.1\nDiagnostic-Code: X-Postfix; Connection refused\n"
        "Will-Retry-Until: Wed, 17 Mar 2021 09:30:00 +0000\n",
        subject="Delayed Mail (still being retried)",
    )


def sendmail() -> bytes:
    """Sendmail: the host is not known."""
    return report(
        "Reporting-MTA: dns; mail.cert.example\nReceived-From-MTA: DNS; localhost\n\n"
        f"Final-Recipient: RFC822; <{WHO}>\nAction: failed\nStatus: 5.1.2\n"
        "Remote-MTA: DNS; school.example\nLast-Attempt-Date: Fri, 12 Mar 2021 09:30:00 GMT\n",
        head="From: Mail Delivery Subsystem <MAILER-DAEMON@mail.cert.example>",
        subject="Returned mail: see transcript for details",
    )


def exchange() -> bytes:
    """Exchange on premises, in German; the texts are in base64."""
    text = "Fehler bei der Nachrichtenzustellung an folgende Empfänger"
    encoded = base64.b64encode(text.encode("utf-16-le")).decode()
    return _lines(
        "Return-Path: <>\n"
        "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
        f"@school.example>\nTo: {SENDER}\n"
        f"Subject: =?iso-8859-1?Q?Unzustellbar:_=5BTLP:AMBER=5D_Ihr_Server?=\n"
        f"In-Reply-To: {MESSAGE_ID}\nReferences: {MESSAGE_ID}\nAuto-Submitted: auto-replied\n"
        "X-MS-Exchange-Message-Is-Ndr:\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="_000_"\n\n'
        "--_000_\nContent-Type: multipart/alternative; differences=Content-Type;\n"
        ' boundary="_001_"\n\n'
        '--_001_\nContent-Type: text/plain; charset="utf-16le"\n'
        f"Content-Transfer-Encoding: base64\n\n{encoded}\n--_001_--\n\n"
        "--_000_\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns;EX01.school.example\n\n"
        f"Final-Recipient: rfc822;{WHO}\nAction: failed\nStatus: 5.1.10\n"
        "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP\n"
        "X-Display-Name: Security\n\n"
        f"--_000_\nContent-Type: message/rfc822\n\n{_original()}\nbody\n--_000_--\n"
    )


def office_365() -> bytes:
    """Office 365: the group takes mail of its own people alone."""
    return report(
        "Reporting-MTA: dns;AM0PR01MB0000.eurprd01.prod.exchangelabs.example\n"
        "Received-From-MTA: dns;mail.cert.example\n"
        "Arrival-Date: Fri, 12 Mar 2021 09:30:00 +0000\n\n"
        f"Original-Recipient: rfc822;{WHO}\nFinal-Recipient: rfc822;{WHO}\nAction: failed\n"
        "Status: 5.7.133\nDiagnostic-Code: smtp;550 5.7.133\n RESOLVER.RST.SenderNotAuthenticated"
        "ForGroup; authentication required\n",
        head="From: postmaster@school.example",
        subject="No se puede entregar: [TLP:AMBER] Su servidor",
        original="message/rfc822",
    )


def gmail() -> bytes:
    """Gmail: the mailbox is full."""
    return report(
        f"Reporting-MTA: dns; googlemail.example\nX-Original-Message-ID: {MESSAGE_ID}\n\n"
        f"Final-Recipient: rfc822; {WHO}\nAction: failed\nStatus: 5.2.2\n"
        "Remote-MTA: dns; gmail-smtp-in.example. (192.0.2.26, the server for the domain.)\n"
        "Diagnostic-Code: smtp; 552-5.2.2 The account that you tried to reach is over quota.\n"
        " 552 5.2.2  https://support.example/p=OverQuotaPerm x1si - gsmtp\n",
        head="From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\n"
        f"X-Failed-Recipients: {WHO}",
        subject="Delivery Status Notification (Failure)",
    )


def exim() -> bytes:
    """Exim of old: a text, and a header of its own."""
    return _lines(
        f"Return-path: <>\nEnvelope-to: {SENDER}\nX-Failed-Recipients: {WHO}\n"
        "Auto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.cert.example>\n"
        f"To: {SENDER}\nSubject: Mail delivery failed: returning message to sender\n\n"
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {WHO}\n    host mx.school.example [192.0.2.9]\n"
        "    SMTP error from remote mail server after RCPT TO:\n"
        "    550 no such mailbox here\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        f"Return-path: <{SENDER}>\n{_original()}\nDear colleagues, 451 is a number.\n"
    )


def exim_delay() -> bytes:
    """Exim of old: still trying."""
    return _lines(
        f"Return-path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.cert.example>\n"
        f"To: {SENDER}\n"
        "Auto-Submitted: auto-replied\nSubject: Warning: message 1lK-0001 delayed 24 hours\n\n"
        "A message that you sent has not yet been delivered to one or more of its\n"
        "recipients after more than 24 hours on the queue on mx.cert.example.\n\n"
        f"The address to which the message has not yet been delivered is:\n\n  {WHO}\n"
        f"    Delay reason: Connection timed out\n\nNo action is required on your part.\n"
    )


def qmail() -> bytes:
    """Qmail: plain text with a mark before the copy."""
    return _lines(
        f"Return-Path: <>\nDate: 12 Mar 2021 09:30:00 -0000\nFrom: MAILER-DAEMON@school.example\n"
        f"To: {SENDER}\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at school.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{WHO}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nReturn-Path: <{SENDER}>\n{_original()}\n"
    )


def old_exchange() -> bytes:
    """A gateway that has neither form nor number, only a subject in its language."""
    return _lines(
        f"Return-Path: <>\nFrom: System Administrator <postmaster@school.example>\nTo: {SENDER}\n"
        "Subject: =?utf-8?q?Non_remis=C2=A0=3A_Votre_serveur?=\n\n"
        f"Votre message n'est pas parvenu au destinataire :\n\n      {WHO}\n"
        "            Le compte n'existe pas.\n"
    )


def notes() -> bytes:
    """A report whose action is in no standard, and whose status has spaces."""
    return report(
        f"Reporting-MTA: dns;notes.school.example\n\nFinal-Recipient: rfc822;{WHO}\n"
        f"Action: echoue\n"
        "Status: 5 . 1 . 1\nDiagnostic-Code: X-Notes; 550 5.1.1 User not listed in Directory\n",
        head='From: "Mail Router" <postmaster@school.example>',
        subject="DELIVERY FAILURE: User not listed in public Name & Address Book",
    )


def delivered() -> bytes:
    """A server that was asked to say so."""
    return report(
        f"Reporting-MTA: dns; mx.school.example\nOriginal-Envelope-Id: {MAIL.envelope_number}\n\n"
        f"Final-Recipient: rfc822; {WHO}\nAction: delivered\nStatus: 2.0.0\n",
        subject="Successful Mail Delivery Report",
        to="notices@cert.example",
    )


def relayed() -> bytes:
    """Passed on to a server that gives no reports."""
    return report(
        f"Reporting-MTA: dns; mail.cert.example\n\nFinal-Recipient: rfc822; {WHO}\n"
        f"Action: relayed\n"
        "Status: 2.0.0\nRemote-MTA: dns; mx.school.example\n"
        "Diagnostic-Code: smtp; 250 2.0.0 Ok: queued as 12345\n",
        subject="Successful Mail Delivery Report",
    )


def expanded() -> bytes:
    """A list that passed it on; one of those on it is no more."""
    return report(
        f"Reporting-MTA: dns; mx.school.example\n\nFinal-Recipient: rfc822; {WHO}\n"
        f"Action: expanded\n"
        "Status: 2.0.0\n\nFinal-Recipient: rfc822; old@school.example\nAction: failed\n"
        "Status: 5.1.1\n"
    )


def internationalised() -> bytes:
    """RFC 6533: fields in UTF-8."""
    return report(
        "Reporting-MTA: dns; mx.school.example\n\nFinal-Recipient: utf-8; büro@school.example\n"
        "Action: failed\nStatus: 5.2.1\nDiagnostic-Code: smtp; 550 5.2.1 Postfach gesperrt\n"
    ).replace(b"message/delivery-status", b"message/global-delivery-status")


def out_of_office() -> bytes:
    """Exchange: somebody is away until Monday."""
    return _lines(
        f"Return-Path: <>\nFrom: Kim Doe <{WHO}>\nTo: {SENDER}\n"
        "Subject: Automatische Antwort: [TLP:AMBER] Ihr Server [A-4F7K2Q]\n"
        f"In-Reply-To: {MESSAGE_ID}\nAuto-Submitted: auto-generated\n"
        "X-Auto-Response-Suppress: All\n\nIch bin bis Montag nicht da.\n"
    )


def vacation() -> bytes:
    """Vacation of Unix: an envelope without a sender is all that tells."""
    return _lines(
        f"Return-Path: <>\nFrom: Kim Doe <{WHO}>\nTo: {SENDER}\nSubject: Re: your mail\n\n"
        "My telephone is 550 5100.\n"
    )


def ticket() -> bytes:
    """A ticket system that has taken it."""
    return _lines(
        "From: School Helpdesk <helpdesk@school.example>\nTo: answers@cert.example\n"
        "Subject: [Ticket#2021031210000017] Your mail server needs a patch\n"
        f"References: {MESSAGE_ID}\nPrecedence: bulk\nAuto-Submitted: auto-replied\n\nThank you.\n"
    )


def human() -> bytes:
    """A person."""
    return _lines(
        f"Return-Path: <{WHO}>\nFrom: Kim Doe <{WHO}>\nTo: answers@cert.example\n"
        f"Subject: Re: [TLP:AMBER] Your mail server needs a patch [A-4F7K2Q]\n"
        f"In-Reply-To: {MESSAGE_ID}\nReferences: <x@school.example>\n\t{MESSAGE_ID}\n\n"
        "We are on it. Mail delivery failed for us all day, 550 times.\n"
    )


def human_without_thread() -> bytes:
    """A person who wrote anew, and names the reference."""
    return _lines(
        f"From: Kim Doe <{WHO}>\nTo: answers@cert.example\nSubject: Your letter A-4f7k2q\n\n"
        f"Hello.\n"
    )


def read_receipt() -> bytes:
    """RFC 8098: opened."""
    return (
        report(
            f"Reporting-UA: mail.school.example; Outlook\nFinal-Recipient: rfc822;{WHO}\n"
            f"Original-Message-ID: {MESSAGE_ID}\n"
            "Disposition: manual-action/MDN-sent-manually; displayed\n",
            head=f"From: Kim Doe <{WHO}>", subject="Read: Your server",
        )
        .replace(b"message/delivery-status", b"message/disposition-notification")
        .replace(b"report-type=delivery-status", b"report-type=disposition-notification")
    )  # fmt: skip


def complaint() -> bytes:
    """RFC 5965: somebody called it spam."""
    return report(
        "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n"
        f"Original-Mail-From: <{SENDER}>\n",
        head="From: feedback@provider.example",
    ).replace(b"message/delivery-status", b"message/feedback-report")


def copy() -> bytes:
    """The notice itself, sent back by a forwarding."""
    return b"Return-Path: <>\r\nDelivered-To: " + SENDER.encode() + b"\r\n" + MAIL.content


SAMPLES: dict[str, tuple[Maker, str, str]] = {
    "postfix": (postfix, "failed", "5.1.1"),
    "postfix gave up": (postfix_gave_up, "failed", "4.4.1"),
    "postfix delay": (postfix_delay, "delayed", "4.4.1"),
    "sendmail": (sendmail, "failed", "5.1.2"),
    "exchange": (exchange, "failed", "5.1.10"),
    "office 365": (office_365, "failed", "5.7.133"),
    "gmail": (gmail, "failed", "5.2.2"),
    "exim": (exim, "failed", ""),
    "exim delay": (exim_delay, "delayed", ""),
    "qmail": (qmail, "failed", "5.1.1"),
    "old exchange": (old_exchange, "failed", ""),
    "notes": (notes, "failed", "5.1.1"),
    "delivered": (delivered, "delivered", "2.0.0"),
    "relayed": (relayed, "relayed", "2.0.0"),
    "expanded": (expanded, "expanded", "2.0.0"),
    "internationalised": (internationalised, "failed", "5.2.1"),
    "out of office": (out_of_office, "automatic-answer", ""),
    "vacation": (vacation, "automatic-answer", ""),
    "ticket": (ticket, "automatic-answer", ""),
    "human": (human, "answered", ""),
    "human without thread": (human_without_thread, "answered", ""),
    "read": (read_receipt, "read", ""),
    "complaint": (complaint, "complaint", ""),
    "copy": (copy, "copy", ""),
}
"""Name, maker, what it is, and the status that it has."""


def nested(depth: int, kind: str) -> bytes:
    """A message in a message in a message."""
    if kind == "message":
        return b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: x\r\n\r\nend\r\n"
    heads = [
        f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n'.encode()
        for number in range(depth)
    ]
    return b"".join(heads) + b"\r\nend\r\n"
