"""nmap's XML, and masscan's of the same form, host by host; a file that is cut off, too.

Each host is parsed by itself, without the document around it: so no declaration can take part, a
host that is broken costs itself, and nothing is held but one host. Source: nmap's own output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.model import Listing, Loss, RawAnswer
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.raw_answers import from_parts, parse, unescape
from alpheus.exposure.imports.tls_facts import certificate_of_base64, tls_of
from alpheus.exposure.model import Tls

HOST_LIMIT = 8 << 20
_BEGIN = re.compile(rb"<host(?=[\s>])")
_END = b"</host>"
_TAIL = 16
_CONTROL = bytes(b if b >= 32 or b in b"\t\n\r" else ord("?") for b in range(256))
_GET = re.compile(r'%r\(GetRequest,[0-9A-F]+,"((?:[^"\\]|\\.)*)"\)')
_EXCHANGE_HEADERS = ("x-owa-version", "x-feserver", "x-calculatedbetarget", "x-beserver")
_VERSION_SCRIPTS = ("exchange-version", "ms-exchange", "vuln-exchange", "owa-version")
_BUILD = re.compile(r"(?<![\d.])(?:15\.[012]|14\.[0-3]|8\.[0-3])\.\d{1,4}(?:\.\d{1,3})?(?![\d.])")
_CLOSED = frozenset({"closed", "filtered"})


@dataclass(slots=True)
class _Port:
    number: str
    protocol: str
    state: str = ""
    service: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    certificate: str = ""


@dataclass(slots=True)
class _Host:
    addresses: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ports: list[_Port] = field(default_factory=list)
    time: str = ""


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per port that is open."""
    row = 0
    for piece in _hosts(source.blocks()):
        row += 1
        if piece is None:
            yield Loss(row, f"a host of more than {HOST_LIMIT >> 20} MB")
            continue
        host, flaw = _parse(piece)
        yield from _listings(row, host)
        if flaw:
            yield Loss(row, flaw)
    yield from source.losses
    source.losses.clear()


def _hosts(blocks: Iterator[bytes]) -> Iterator[bytes | None]:
    """The bytes of each host element; the last may have no end. None for one too long."""
    data = b""
    inside = lost = False
    searched = 0
    for block in blocks:
        data += block.translate(_CONTROL)
        while True:
            if not inside:
                begin = _BEGIN.search(data)
                if begin is None:
                    data = data[-_TAIL:]
                    break
                data, inside, lost, searched = data[begin.start() :], True, False, 0
            end = data.find(_END, max(0, searched - _TAIL))
            if end < 0:
                if len(data) > HOST_LIMIT:
                    lost, data = True, data[-_TAIL:]
                searched = len(data)
                break
            yield None if lost or end > HOST_LIMIT else data[: end + len(_END)]
            data, inside = data[end + len(_END) :], False
    if inside:
        yield None if lost else data


def _parse(piece: bytes) -> tuple[_Host, str]:
    """A host, and what is wrong with it."""
    host = _Host()
    reader = _Reader(host)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(piece.decode("utf-8", "replace").encode(), True)  # noqa: FBT003 - C function
    except expat.ExpatError as error:
        if not piece.endswith(_END):
            return host, "the host is cut off; what stood before that is kept"
        return host, f"broken XML within the host: {expat.errors.messages[error.code]}"
    return host, ""


class _Reader:
    """Takes what is wanted of a host element."""

    def __init__(self, host: _Host) -> None:
        self._host = host
        self._port: _Port | None = None
        self._script = ""
        self._wants_certificate = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        host, port = self._host, self._port
        if name == "host":
            host.time = attributes.get("endtime") or attributes.get("starttime", "")
        elif name == "address" and attributes.get("addrtype", "ipv4").startswith("ip"):
            host.addresses.append(attributes.get("addr", ""))
        elif name == "hostname":
            host.names.append(attributes.get("name", ""))
        elif name == "port":
            self._port = _Port(attributes.get("portid", ""), attributes.get("protocol", "tcp"))
        elif port is not None:
            self._within(port, name, attributes)

    def _within(self, port: _Port, name: str, attributes: dict[str, str]) -> None:
        if name == "state":
            port.state = attributes.get("state", "")
        elif name == "service":
            port.service = attributes
        elif name == "script":
            self._script = attributes.get("id", "")
            port.scripts[self._script] = attributes.get("output", "")
        elif name == "elem":
            self._wants_certificate = self._script == "ssl-cert" and attributes.get("key") == "pem"

    def text(self, text: str) -> None:
        """Text of an element."""
        if self._wants_certificate and self._port is not None:
            self._port.certificate += text

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "port" and self._port is not None:
            self._host.ports.append(self._port)
            self._port = None
        elif name == "elem":
            self._wants_certificate = False
        elif name == "script":
            self._script = ""


def _listings(row: int, host: _Host) -> Iterator[Listing | Loss]:
    found = [address for text in host.addresses if (address := fields.address(text))]
    if not found:
        yield Loss(row, "the host has no address")
        return
    for port in host.ports:
        number = fields.port(port.number)
        if number is None or not port.number:
            yield Loss(row, "a port is no number from 0 to 65535")
        elif port.state not in _CLOSED and port.protocol == "tcp":
            yield _listing(row, host, found[0], number, port)


def _listing(row: int, host: _Host, address: str, number: int, port: _Port) -> Listing:
    version, place = _version(port)
    tls = _tls(port)
    time = fields.utc(host.time)
    secure = tls or port.service.get("tunnel") == "ssl" or port.service.get("name") == "https"
    attributes = {f"service.{k}": v for k, v in port.service.items() if v and k != "servicefp"}
    attributes |= {f"script.{k}": v for k, v in port.scripts.items() if v}
    return Listing(
        row, address, address, number, fields.host_names(host.names),
        scheme="https" if secure else "http",
        exchange=True if version or "exchange" in port.service.get("product", "").lower() else None,
        version=version, version_field=place, vulnerable=_vulnerable(port),
        answers=tuple(_answers(port, address)), tls=tls,
        time=time, first_seen=time, last_seen=time,
        attributes={k: v[: fields.ATTRIBUTE_LENGTH] for k, v in attributes.items()},
    )  # fmt: skip


def _version(port: _Port) -> tuple[str, str]:
    """A build that a script for Exchange, or the service's own version, names."""
    for script, output in port.scripts.items():
        if any(word in script for word in _VERSION_SCRIPTS):
            found = _BUILD.search(output[:10_000])
            if found:
                return found[0], f"script {script}"
    if "exchange" in port.service.get("product", "").lower():
        return port.service.get("version", ""), "service version"
    return "", "version"


def _vulnerable(port: _Port) -> tuple[str, ...]:
    """The CVEs of scripts that found the server open."""
    states = ("State: VULNERABLE", "State: LIKELY VULNERABLE")
    return fields.cves(
        f"{script} {output[:10_000]}" for script, output in port.scripts.items()
        if any(state in output for state in states)
    )  # fmt: skip


def _answers(port: _Port, address: str) -> Iterator[RawAnswer]:
    raw = _GET.search(port.service.get("servicefp", ""))
    response = parse(unescape(raw[1])) if raw else None
    if response:
        yield RawAnswer("/", address, response)
    pairs = [
        (name.strip(), value)
        for line in port.scripts.get("http-headers", "").splitlines()
        for name, colon, value in [line.partition(":")]
        if colon and " " not in name.strip()
    ]
    # The script does not say the status; headers that only Exchange sends are worth having.
    if any(name.lower() in _EXCHANGE_HEADERS for name, _ in pairs):
        found = from_parts(200, pairs, "")
        if found:
            yield RawAnswer("/", address, found)


def _tls(port: _Port) -> Tls | None:
    return tls_of("", "", certificate_of_base64(port.certificate) if port.certificate else None)
