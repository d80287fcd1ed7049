"""Observations and folders of runs for tests, made from what a test cares about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from alpheus.custody.chain import Chain
from alpheus.exposure.cve_states import cve_states, every
from alpheus.exposure.journal import AUDIT, RESULTS, SCHEMA, RunRecord, write_record
from alpheus.exposure.model import Certificate, Observation, Pool, Status, Tls
from alpheus.exposure.output.jsonl import encode

OPEN, CLOSED, SHORT = "15.1.2176.4", "15.1.2176.9", "15.1.2176"
"""Exchange 2016 CU19 before and with the update of March 2021, and with three parts alone."""

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202eevil"

_SILENT = {
    Status.NO_ANSWER, Status.REFUSED, Status.UNREACHABLE, Status.BROKEN, Status.TLS_FAILED,
    Status.NOT_ASKED, Status.UNRESOLVED,
}  # fmt: skip


def observation(address: str, build: str | None = None, **more: Any) -> Observation:
    """A server with a build, or what `status` says; `more` are fields of the observation."""
    status = more.pop("status", Status.IDENTIFIED if build else Status.BUILD_UNKNOWN)
    server = status in {Status.IDENTIFIED, Status.BUILD_UNKNOWN}
    exchange = more.pop("exchange", True if server or status is Status.ONLINE else None)
    if status is Status.NOT_EXCHANGE:
        exchange = False
    precision = build.count(".") + 1 if build else None
    states = cve_states(build, precision, exchange, "no build") if exchange else {}
    if status is Status.ONLINE:
        states = every("not-affected", "the cloud")
    fields: dict[str, Any] = {
        "target": address, "address": address, "port": 443, "names": (), "exchange": exchange,
        "build": build, "precision": precision, "witness": "X-OWA-Version" if build else None,
        "pool": None, "cves": states, "tls": None, "status": status, "reason": f"it is {status}",
        "requests": 1, "time": "2021-03-03T10:00:00Z",
    }  # fmt: skip
    return Observation(**{**fields, **more})


def tls(sha256: str, version: str = "TLSv1.2") -> Tls:
    """A handshake with a certificate."""
    return Tls(version, "a cipher", Certificate(sha256, subject="CN=mail"))


def pool(*builds: str) -> Pool:
    """Servers of these builds behind one address."""
    return Pool(tuple(f"EX{n}" for n in range(len(builds))), builds, mixed=len(set(builds)) > 1)


def write_lines(path: Path, observations: Iterable[Observation], *, torn: bytes = b"") -> Path:
    """JSON lines, and what a kill left of one."""
    with path.open("wb") as stream:
        for one in observations:
            stream.write(encode(one).rstrip(b"\n") + b"\n")
        stream.write(torn)
    return path


def run_folder(
    folder: Path, observations: Sequence[Observation], started: str, *, finished: str = "same"
) -> Path:
    """The folder of a run with its record and its audit log."""
    folder.mkdir(parents=True)
    write_lines(folder / RESULTS, observations)
    record = RunRecord(
        SCHEMA, "0.1.0", started, started if finished == "same" else finished, "CERT Example",
        "order 117", "5c" * 32, "7a" * 32, 1, len(observations),
    )  # fmt: skip
    write_record(folder, record)
    with Chain(folder / AUDIT) as chain:
        chain.append([f'{{"event":"get","address":"{one.address}"}}' for one in observations])
    return folder


_texts = st.text(max_size=20)
_addresses = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
_builds = st.sampled_from([None, OPEN, CLOSED, SHORT, "15.0.1497.12", "14.3.513.0", "15.2.1.1"])


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """Any observation, with texts of anybody."""
    status = draw(st.sampled_from(Status))
    build = draw(_builds) if status in {Status.IDENTIFIED, Status.LISTED} else None
    server = status in {Status.IDENTIFIED, Status.BUILD_UNKNOWN}
    return observation(
        draw(st.sampled_from(["", "192.0.2.1"]) | _addresses), build, status=status,
        exchange=True if server else draw(st.sampled_from([True, None])),
        target=draw(_texts), port=draw(st.integers(0, 65535)),
        names=tuple(draw(st.lists(_texts, max_size=2))),
        servers=tuple(draw(st.lists(_texts, max_size=2))),
        flags=tuple(draw(st.lists(st.sampled_from(["mixed-pool", "conflict", "x"]), max_size=2))),
        reason=draw(_texts), time=draw(st.sampled_from(["", "2021-03-03T10:00:00Z", "x"])),
        attributes=draw(st.dictionaries(st.sampled_from(["asn", "geo", "x"]), _texts, max_size=2)),
        tls=draw(st.sampled_from([None, tls("aa")])),
    )  # fmt: skip
