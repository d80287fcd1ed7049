"""A name server on loopback that knows what a test tells it."""

from __future__ import annotations

import socket
import threading
from collections import Counter

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers over UDP, and counts in `asked` what it was asked.

    `records` maps (name, kind) to texts. A CNAME is followed as resolvers do; the kinds `CODE`,
    `SILENT` and `RAW` misbehave.
    """

    def __init__(self, records):
        self.records = records
        self.asked = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped = True
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    _stopped = False

    def _serve(self):
        while True:
            packet, peer = self._socket.recvfrom(4096)
            if self._stopped:
                return
            answer = self._answer(dns.message.from_wire(packet))
            if answer is not None:
                self._socket.sendto(answer, peer)

    def _answer(self, query):
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if (name, "SILENT") in self.records:
            return None
        if (name, "RAW") in self.records:
            return query.to_wire()[:2] + self.records[name, "RAW"]
        if (name, "CODE") in self.records:
            response.set_rcode(dns.rcode.from_text(self.records[name, "CODE"]))
            return response.to_wire()
        while (name, "CNAME") in self.records:
            target = self.records[name, "CNAME"]
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{target}."))
            name = target
        texts = self.records.get((name, kind))
        if texts:
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *texts))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()
