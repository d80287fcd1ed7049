"""A MISP event (misp-project.org/datamodels): attributes for detection, tags, objects of files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from alpheus.report.assessment_file import Assessment, Server
from alpheus.sharing.policy import Policy
from alpheus.sharing.traces import Trace, cves_of, techniques_of, traces_of

_SPACE = uuid.UUID("3f7c9f0a-7d53-5b11-8a1e-2c1b7f5d9e11")
_FILE_TEMPLATE = "688c46fb-5edb-40a3-8273-1af7923e2215"
"""The template `file` of MISP's objects."""

Object = dict[str, Any]


def to_misp(
    assessments: Iterable[Assessment], policy: Policy, producer: str, now: datetime
) -> Object:
    """One event of what the assessments show. Give them as `policy` allows them."""
    known = list(assessments)
    servers = [server for one in known for server in one.servers]
    name = "\n".join(one.digest for one in known)
    attributes: dict[str, Object] = {}
    files: dict[str, Object] = {}
    for server in servers:
        for trace in traces_of(server):
            if trace.kind == "address":
                found = _attribute("ip-src", trace.value, "Network activity", trace, server)
                attributes.setdefault(trace.value, found)
            else:
                files.setdefault(trace.value, _file(trace, server))
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
        one.pack for server in servers for one in server.campaigns
        if one.verdict.value == "compromised"
    })  # fmt: skip
    what = ", ".join(packs) or "an intrusion"
    many = f"{len(servers)} servers" if len(servers) != 1 else "a server"
    return f"Traces of {what} on {many}"


def _attribute(kind: str, value: str, category: str, trace: Trace, server: Server) -> Object:
    found = _plain(kind, value, category, f"{kind}\n{value}")
    found |= {"to_ids": True, "comment": f"{trace.finding.title} ({server.name})"}
    if trace.first is not None:
        found["first_seen"] = trace.first.isoformat()
        found["last_seen"] = max(trace.last or trace.first, trace.first).isoformat()
    return found


def _plain(kind: str, value: str, category: str, key: str) -> Object:
    return {
        "uuid": str(uuid.uuid5(_SPACE, key)), "type": kind, "category": category, "value": value,
        "to_ids": False, "distribution": "5", "comment": "", "disable_correlation": False,
    }  # fmt: skip


def _file(trace: Trace, server: Server) -> Object:
    parts = (("filename", trace.name, False), ("sha256", trace.value.lower(), True))
    attributes = [
        _plain(kind, value, "Payload delivery", f"file\n{trace.value}\n{kind}")
        | {"object_relation": kind, "to_ids": detect}
        for kind, value, detect in parts
    ]
    return {
        "uuid": str(uuid.uuid5(_SPACE, f"file\n{trace.value}")), "name": "file",
        "meta-category": "file", "template_uuid": _FILE_TEMPLATE, "template_version": "24",
        "description": "File object describing a file with meta-information",
        "comment": f"{trace.finding.title} ({server.name})", "distribution": "5",
        "Attribute": attributes,
    }  # fmt: skip
