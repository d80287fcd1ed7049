"""Bodies of mail that arrive as they were sent, byte for byte, so that signatures over them hold.

Every body is ASCII in lines of at most 76 characters with CRLF, without a space at a line's end and
without a line that begins with `From ` (RFC 3156, section 3; RFC 8551, section 3.1).
"""

from __future__ import annotations

import base64
import hashlib
import quopri
import re

from alpheus.notify.mail_headers import mime_header, one_line, parameters

_WIDTH = 76
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,90}")
_CONTAINERS = ("multipart/", "message/")
_UNSAFE = re.compile(rb"[^\x20-\x7e\r\n]|[ ]\r\n|[ ]$|^From |^\.|[^\r\n]{77}", re.MULTILINE)
_PARTED = re.compile(r"[/\\:*?\"<>|]")


def text_part(text: str, subtype: str, *, language: str = "") -> bytes:
    """A part of text: as it is where that is safe, else in the shorter of both encodings."""
    body = _canonical(text)
    encoding, encoded = _encoded(body)
    charset = "us-ascii" if body.isascii() else "utf-8"
    headers = [
        mime_header("Content-Type", f"text/{subtype}", parameters(charset=charset)),
        f"Content-Transfer-Encoding: {encoding}",
    ]
    if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", language):
        headers.insert(1, f"Content-Language: {language}")
    return _entity(headers, encoded)


def file_part(name: str, media_type: str, content: bytes) -> bytes:
    """A part that is a file; its name loses what could lead out of a folder."""
    kind = media_type.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(kind) or kind.startswith(_CONTAINERS):
        kind = "application/octet-stream"
    shown = _PARTED.sub("_", one_line(name)).lstrip(".")[:150] or "attachment"
    about = {"charset": "utf-8"} if kind.startswith("text/") else {}
    headers = [
        mime_header("Content-Type", kind, parameters(**about, name=shown)),
        mime_header("Content-Disposition", "attachment", parameters(filename=shown)),
        "Content-Transfer-Encoding: base64",
    ]
    return _entity(headers, _base64(content))


def multipart(subtype: str, parts: list[bytes], **about: str) -> bytes:
    """Parts as one; the boundary follows from the parts and cannot stand in any of them."""
    boundary = "=_" + hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    header = mime_header(
        "Content-Type", f"multipart/{subtype}", parameters(**about, boundary=boundary)
    )
    line = f"--{boundary}".encode()
    inside = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return _entity([header], inside + line + b"--\r\n")


def _entity(headers: list[str], body: bytes) -> bytes:
    return "\r\n".join([*headers, "", ""]).encode("ascii") + body


def _canonical(text: str) -> bytes:
    lines = text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return lines.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"


def _encoded(body: bytes) -> tuple[str, bytes]:
    if not _UNSAFE.search(body):
        return "7bit", body
    quoted = _quoted(body)
    based = _base64(body)
    if len(quoted) <= len(based):
        return "quoted-printable", quoted
    return "base64", based


def _quoted(body: bytes) -> bytes:
    """Quoted-printable; lines of `quopri` are at most 76 characters, and stay so."""
    out: list[bytes] = []
    for line in quopri.encodestring(body.replace(b"\r\n", b"\n")).split(b"\n"):
        out.extend(_mended(line))
    return b"\r\n".join(out)


def _mended(line: bytes) -> list[bytes]:
    """A line whose beginning no server takes for its own; in two, where it grows too long."""
    if not line.startswith((b"From ", b".")):
        return [line]
    first, rest = b"=%02X" % line[0], line[1:]
    if len(first) + len(rest) <= _WIDTH:
        return [first + rest]
    return [first + b"=", *_mended(rest)]


def _base64(content: bytes) -> bytes:
    encoded = base64.b64encode(content)
    lines = [encoded[at : at + _WIDTH] for at in range(0, len(encoded), _WIDTH)]
    return b"\r\n".join([*lines, b""])
