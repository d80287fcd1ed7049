"""A name server on the loopback device, for the names of simulated servers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from alpheus.lab.internet.behaviour import Behaviour

if TYPE_CHECKING:
    import dns.message

_SECONDS = 300
_LONGEST_CHAIN = 8
_CLOUD = "mail.protection.outlook.com"
_CLOUD_AUTODISCOVER = "autodiscover.outlook.com"

Zone = Mapping[str, Sequence[tuple[str, str]]]
"""Names in lower case without the last dot; to each its records: type and value, as text."""


def zone_of(behaviours: Iterable[Behaviour]) -> dict[str, list[tuple[str, str]]]:
    """The names of servers: `mail` and `autodiscover` of each owner's domain, and its mail flow.

    Where mail flows through the cloud, MX and `autodiscover` point there.
    """
    zone: dict[str, list[tuple[str, str]]] = {}
    for behaviour in behaviours:
        kind, domain = behaviour.kind, behaviour.domain
        host, autodiscover = behaviour.names
        record = ("AAAA" if ":" in behaviour.address else "A", behaviour.address)
        zone.setdefault(host, []).append(record)
        if kind.online_mail or kind.application == "exchange-online":
            cloud = f"{domain.replace('.', '-')}.{_CLOUD}"
            zone.setdefault(domain, []).append(("MX", f"0 {cloud}."))
            zone.setdefault(autodiscover, []).append(("CNAME", f"{_CLOUD_AUTODISCOVER}."))
        else:
            zone.setdefault(domain, []).append(("MX", f"10 {host}."))
            zone.setdefault(autodiscover, []).append(record)
    return zone


class DnsServer:
    """Answers over UDP on 127.0.0.1 from a zone, in a thread, while its block lasts.

    A name that the zone does not have does not exist (NXDOMAIN), unless names below it do; a name
    in `silent` is never answered, one in `failing` gets SERVFAIL. `asked` lists what was asked:
    name and type.
    """

    def __init__(
        self,
        zone: Zone,
        *,
        silent: Collection[str] = (),
        failing: Collection[str] = (),
        port: int = 0,
    ) -> None:
        self.zone = {name.rstrip(".").lower(): tuple(records) for name, records in zone.items()}
        self.silent = frozenset(silent)
        self.failing = frozenset(failing)
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self.address = "127.0.0.1"
        self.port: int = self._socket.getsockname()[1]
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="dns", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        with contextlib.suppress(OSError):
            self._socket.sendto(b"", (self.address, self.port))
        self._thread.join(10)
        self._socket.close()

    def _run(self) -> None:
        while not self._stopping:
            try:
                packet, peer = self._socket.recvfrom(4096)
            except OSError:
                continue
            answer = self.answer(packet)
            if answer is not None:
                with contextlib.suppress(OSError):
                    self._socket.sendto(answer, peer)

    def answer(self, packet: bytes) -> bytes | None:
        """The answer to a packet; None where there is none: no question, or a silent name."""
        import dns.exception  # noqa: PLC0415 - slow to import
        import dns.message  # noqa: PLC0415 - slow to import
        import dns.rcode  # noqa: PLC0415 - slow to import
        import dns.rdatatype  # noqa: PLC0415 - slow to import

        try:
            query = dns.message.from_wire(packet)
        except dns.exception.DNSException:
            return None
        if not query.question:
            return None
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        wanted = dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked.append((name, wanted))
        if name in self.silent:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif not self._fill(response, name, wanted):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    def _fill(self, response: dns.message.Message, name: str, wanted: str) -> bool:
        """Add the records, along aliases; False if the name does not exist."""
        import dns.rrset  # noqa: PLC0415 - slow to import

        exists = name in self.zone or any(one.endswith(f".{name}") for one in self.zone)
        for _ in range(_LONGEST_CHAIN):
            records = self.zone.get(name, ())
            found = [value for kind, value in records if kind == wanted]
            alias = [value for kind, value in records if kind == "CNAME"]
            for kind, values in ((wanted, found), ("CNAME", alias if not found else [])):
                if values:
                    response.answer.append(
                        dns.rrset.from_text(f"{name}.", _SECONDS, "IN", kind, *values)
                    )
            if found or not alias:
                break
            name = alias[0].rstrip(".").lower()
        return exists
