"""Mail that came in, read from the mailbox's server by IMAP (RFC 9051) over TLS.

The folder is opened for reading alone and messages are fetched without marking them as seen, so
that people who use the mailbox see it as it was. Of a message 2 MiB are fetched at most.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from alpheus.errors import EvidenceError, UsageError
from alpheus.notify.mail_headers import one_line
from alpheus.notify.mailbox import Message
from alpheus.notify.mime_reader import LARGEST

PASSWORD = "ALPHEUS_IMAP_PASSWORD"  # noqa: S105 - the name of a variable
_SECONDS = 60.0
_FORM = "write imaps://USER@HOST/FOLDER, such as imaps://bounces@mail.cert.example/INBOX"


def imap_messages(
    url: str, *, ca_file: Path | None = None, password: str | None = None
) -> Iterator[Message]:
    """The messages of a folder such as `imaps://user@mail.example:993/INBOX`; nothing is marked.

    The password is that of ALPHEUS_IMAP_PASSWORD. Raises UsageError for a wrong address,
    EvidenceError where the server cannot be read, or its certificate is not good.
    """
    host, port, user, folder = _parts(url)
    secret = os.environ.get(PASSWORD, "") if password is None else password
    if not secret:
        raise UsageError(f"the password of {user} at {host} is missing; set {PASSWORD}")
    place = f"imaps://{host}:{port}/{folder}"
    try:
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(ca_file)
        server = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=_SECONDS)
        try:
            yield from _read(server, user, secret, folder, place)
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                server.logout()
    except ssl.SSLCertVerificationError as error:
        message = f"the certificate of {host}:{port} is not good: {error.verify_message}"
        raise EvidenceError(message) from error
    except (OSError, imaplib.IMAP4.error) as error:
        said = one_line(getattr(error, "strerror", None) or str(error))[:300].replace(secret, "…")
        raise EvidenceError(f"{place} cannot be read: {said}") from error


def _parts(url: str) -> tuple[str, int, str, str]:
    try:
        found = urlsplit(url)
        port = found.port or 993
    except ValueError as error:
        raise UsageError(f"{one_line(url)!r} is no address of a mailbox; {_FORM}") from error
    if found.password is not None:
        raise UsageError(f"a password does not belong into an address; set {PASSWORD}")
    user, folder = unquote(found.username or ""), unquote(found.path.strip("/")) or "INBOX"
    if found.scheme != "imaps" or not found.hostname or not user or not folder.isprintable():
        raise UsageError(f"{one_line(url)!r} is no address of a mailbox; {_FORM}")
    return found.hostname, port, user, folder


def _read(
    server: imaplib.IMAP4, user: str, secret: str, folder: str, place: str
) -> Iterator[Message]:
    server.login(user, secret)
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    kind, answer = server.select(f'"{quoted}"', readonly=True)
    if kind != "OK":
        said = one_line(b" ".join(each or b"" for each in answer).decode("utf-8", "replace"))
        raise EvidenceError(f"{place} cannot be opened: {said[:300]}")
    _, found = server.uid("SEARCH", "ALL")
    for number in b" ".join(each for each in found if each).split():
        if not re.fullmatch(rb"\d{1,10}", number):
            continue
        _, parts = server.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
        for part in parts:
            if isinstance(part, tuple):
                yield Message(f"{place}, UID {number.decode()}", bytes(part[1]))
