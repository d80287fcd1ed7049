"""zgrab2: JSON lines, one object per host with the transcript of each module.

Header names have underscores; those that zgrab2 does not know stand under `unknown`. The redirects
that were followed come first. Source: zgrab2's own output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss, RawAnswer
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.raw_answers import from_parts, header_pairs
from alpheus.exposure.imports.tls_facts import certificate_of_base64, tls_of
from alpheus.exposure.model import Tls

_USUAL_PORTS = {"http": 80, "https": 443, "tls": 443, "smtp": 25}
_SUCCESS = "success"


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per module of a host."""
    for item in records(source):
        if isinstance(item, Loss):
            yield item
        else:
            yield from _listings(*item)


def _listings(row: int, record: Record) -> Iterator[Listing | Loss]:
    address = fields.address(fields.text_at(record, "ip"))
    domain = fields.text_at(record, "domain")
    modules = record.get("data")
    if not (address or fields.host_name(domain)):
        yield Loss(row, "neither an address nor a name")
    elif not isinstance(modules, dict) or not modules:
        yield Loss(row, "no module")
    else:
        for name, module in modules.items():
            yield _listing(_Host(row, address, domain, record.get("port")), name, module)


class _Host(NamedTuple):
    """What holds for every module of a record."""

    row: int
    address: str
    domain: str
    port: object


def _listing(host: _Host, name: str, module: object) -> Listing | Loss:
    result = fields.place(module, "result")
    url = _url(fields.place(result, "response")) if isinstance(result, dict) else None
    tls = _tls(result)
    port = fields.port(fields.place(module, "port") or host.port)
    if port is None:
        return Loss(host.row, "the port is no number from 0 to 65535")
    protocol = fields.text_at(module, "protocol") or name
    scheme = (url and url[0]) or ("https" if tls or protocol == "tls" else "http")
    usual = _USUAL_PORTS.get(scheme if protocol == "http" else protocol, 0)
    status = fields.text_at(module, "status")
    time = fields.utc(fields.text_at(module, "timestamp"))
    names = fields.host_names((host.domain, url[1] if url else ""))
    return Listing(
        host.row, host.domain or host.address, host.address,
        port or (url and url[2]) or usual, names, scheme=scheme,
        answers=tuple(_answers(result, host.address or host.domain)), tls=tls,
        time=time, first_seen=time, last_seen=time,
        note="" if status in {"", _SUCCESS} else f"the scan ended with {status}",
        attributes=_attributes(name, module),
    )  # fmt: skip


def _attributes(name: str, module: object) -> dict[str, str]:
    found = {
        "module": name,
        "status": fields.text_at(module, "status"),
        "error": fields.text_at(module, "error"),
        "banner": fields.text_at(module, "result", "banner"),
        "ehlo": fields.text_at(module, "result", "ehlo"),
    }
    return {key: value[: fields.ATTRIBUTE_LENGTH] for key, value in found.items() if value}


def _url(response: object) -> tuple[str, str, int, str] | None:
    """Scheme, host, port and path that were asked."""
    url = fields.place(response, "request", "url")
    if not isinstance(url, dict):
        return None
    scheme = fields.text_at(url, "scheme") or "http"
    _, host, port, _ = fields.url_parts(f"{scheme}://{fields.text_at(url, 'host')}")
    return scheme, host, port, fields.text_at(url, "path") or "/"


def _answers(result: object, fallback: str) -> Iterator[RawAnswer]:
    chain = fields.place(result, "redirect_response_chain")
    last = fields.place(result, "response")
    for response in (*(chain if isinstance(chain, list) else ()), last):
        status = fields.place(response, "status_code")
        if isinstance(status, int):
            headers = header_pairs(fields.place(response, "headers"))
            found = from_parts(status, headers, fields.text_at(response, "body"))
            url = _url(response)
            if found:
                yield RawAnswer(url[3] if url else "/", (url and url[1]) or fallback, found)


def _tls(result: object) -> Tls | None:
    log = fields.place(result, "response", "request", "tls_log") or fields.place(result, "tls")
    shake = fields.place(log, "handshake_log") or fields.place(result, "handshake_log")
    hello = fields.place(shake, "server_hello")
    certificate = fields.text_at(shake, "server_certificates", "certificate", "raw")
    return tls_of(
        fields.text_at(hello, "version", "name"), fields.text_at(hello, "cipher_suite", "name"),
        certificate_of_base64(certificate) if certificate else None,
    )  # fmt: skip
