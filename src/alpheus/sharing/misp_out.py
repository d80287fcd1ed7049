"""A MISP event (misp-project.org/datamodels): attributes for detection, tags, objects of files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from alpheus.model import Verdict
from alpheus.report.assessment_file import Assessment, Server
from alpheus.sharing.policy import Policy
from alpheus.sharing.traces import Trace, campaigns_of, cves_of, techniques_of, traces_of

_SPACE = uuid.UUID("3f7c9f0a-7d53-5b11-8a1e-2c1b7f5d9e11")
_FILE_TEMPLATE = "688c46fb-5edb-40a3-8273-1af7923e2215"
"""The template `file` of MISP's objects."""

_NAMED = 10
"""Servers that a comment names; each has its sighting."""

Object = dict[str, Any]


class _Seen(NamedTuple):
    """A trace on a server."""

    server: Server
    trace: Trace

    @property
    def times(self) -> tuple[datetime, ...]:
        return tuple(one for one in (self.trace.first, self.trace.last) if one is not None)


def to_misp(
    assessments: Iterable[Assessment], policy: Policy, producer: str, now: datetime
) -> Object:
    """One event of what the assessments show. Give them as `policy` allows them."""
    known = list(assessments)
    servers = [server for one in known for server in one.servers]
    name = "\n".join(one.digest for one in known)
    attributes: dict[str, Object] = {}
    files: dict[str, Object] = {}
    for (kind, value), seen in _seen(servers).items():
        if kind == "address":
            found = _plain("ip-src", value, "Network activity", f"ip-src\n{value}")
            attributes[value] = found | {"to_ids": True, **_on(seen), **_sightings(seen)}
        else:
            files[value] = _file(seen)
    for server in servers:
        for cve in cves_of(server):
            attributes.setdefault(cve, _plain("vulnerability", cve, "External analysis", cve))
    tags = [{"name": policy.tlp.value.lower()}]
    techniques = sorted({each for server in servers for each in techniques_of(server)})
    tags += [{"name": f"mitre-attack:{each}"} for each in techniques]
    return {"Event": {
        "uuid": str(uuid.uuid5(_SPACE, name)),
        "info": _title(servers), "date": now.date().isoformat(),
        "timestamp": str(int(now.timestamp())), "threat_level_id": "1", "analysis": "2",
        "distribution": "0", "published": False,
        "Orgc": {"name": producer, "uuid": str(uuid.uuid5(_SPACE, producer))},
        "Tag": tags, "Attribute": list(attributes.values()), "Object": list(files.values()),
    }}  # fmt: skip


def _title(servers: list[Server]) -> str:
    packs = sorted({
        one.pack for server in servers for one in campaigns_of(server, Verdict.COMPROMISED)
    })  # fmt: skip
    what = ", ".join(packs) or "an intrusion"
    many = f"{len(servers)} servers" if len(servers) != 1 else "a server"
    return f"Traces of {what} on {many}"


def _seen(servers: list[Server]) -> dict[tuple[str, str], list[_Seen]]:
    """Each value with every server that it was seen on."""
    found: dict[tuple[str, str], list[_Seen]] = {}
    for server in servers:
        for trace in traces_of(server):
            found.setdefault((trace.kind, trace.value.lower()), []).append(_Seen(server, trace))
    return found


def _on(seen: list[_Seen]) -> Object:
    """What it is, on which servers, and from when to when on any of them."""
    titles = "; ".join(dict.fromkeys(one.trace.finding.title for one in seen))
    names = list(dict.fromkeys(one.server.name for one in seen))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    found: Object = {"comment": f"{titles} ({', '.join(names[:_NAMED])}{more})"}
    times = [time for one in seen for time in one.times]
    if times:
        found["first_seen"] = min(times).isoformat()
        found["last_seen"] = max(times).isoformat()
    return found


def _sightings(seen: list[_Seen]) -> Object:
    """One sighting for each server, at the latest time that is known."""
    made = {
        one.server.name: {
            "uuid": str(uuid.uuid5(_SPACE, f"{one.trace.value}\n{one.server.name}")), "type": "0",
            "source": one.server.name, "date_sighting": str(int(max(one.times).timestamp())),
        }
        for one in seen if one.times
    }  # fmt: skip
    return {"Sighting": list(made.values())} if made else {}


def _plain(kind: str, value: str, category: str, key: str) -> Object:
    return {
        "uuid": str(uuid.uuid5(_SPACE, key)), "type": kind, "category": category, "value": value,
        "to_ids": False, "distribution": "5", "comment": "", "disable_correlation": False,
    }  # fmt: skip


def _file(seen: list[_Seen]) -> Object:
    value = seen[0].trace.value.lower()
    names = dict.fromkeys(one.trace.name for one in seen if one.trace.name)
    attributes = [
        _part("filename", name, f"filename\n{name}" if number else "filename", value)
        for number, name in enumerate(names)
    ]
    hashed = _part("sha256", value, "sha256", value) | {"to_ids": True, **_sightings(seen)}
    return {
        "uuid": str(uuid.uuid5(_SPACE, f"file\n{value}")), "name": "file",
        "meta-category": "file", "template_uuid": _FILE_TEMPLATE, "template_version": "24",
        "description": "File object describing a file with meta-information",
        "distribution": "5", "Attribute": [*attributes, hashed], **_on(seen),
    }  # fmt: skip


def _part(relation: str, said: str, key: str, value: str) -> Object:
    made = _plain(relation, said, "Payload delivery", f"file\n{value}\n{key}")
    return made | {"object_relation": relation}
