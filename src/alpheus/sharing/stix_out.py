"""STIX 2.1 (docs.oasis-open.org/cti/stix/v2.1): indicators, where they were sighted, and relations.

Ids are made of what an object says (UUIDv5), so the same output twice is one in any store.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from alpheus.knowledge.shared.model import Tlp
from alpheus.model import Confidence
from alpheus.report.assessment_file import Assessment, Server, moment
from alpheus.sharing.moments import finished, stamp
from alpheus.sharing.policy import Policy
from alpheus.sharing.traces import Trace, campaigns_of, cves_of, techniques_of, traces_of

_SPACE = uuid.UUID("0b0c7d2e-0e0e-5a3e-9c55-0a4f5a0c2a54")
_MARKS = {
    Tlp.CLEAR: "94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_MARK_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_MADE = "2021-03-02T00:00:00.000Z"
"""Ids are the same whenever they are made, and so must be this (section 3.6)."""

_MARKED = "2022-10-01T00:00:00.000Z"
_CONFIDENCE = {Confidence.LOW: 15, Confidence.MEDIUM: 50, Confidence.HIGH: 85}
"""The middle of each step of the scale None/Low/Med/High, appendix A."""

_LONG_AGO = "2021-01-01T00:00:00.000Z"
"""From when on a value counts that has no time of its own."""

Object = dict[str, Any]


def _id(kind: str, name: str) -> str:
    made = uuid.uuid5(_SPACE, kind + "\n" + name)
    return f"{kind}--{made}"


class _Bundle:
    def __init__(self, policy: Policy, producer: str, modified: datetime) -> None:
        self._policy = policy
        self._modified = max(stamp(modified), _MADE)
        self.objects: dict[str, Object] = {}
        self._mark = self._marking()
        self._author = self.add("identity", {"name": producer, "identity_class": "organization"})

    def add(self, kind: str, content: Object, **key: str) -> str:
        """An object, known by its content or by `key`; the same once. Returns its id."""
        said = key or {name: str(content[name]) for name in sorted(content)}
        name = "\n".join(f"{each}={said[each]}" for each in sorted(said))
        found = _id(kind, name)
        if found not in self.objects:
            self.objects[found] = {
                "type": kind, "spec_version": "2.1", "id": found, "created": _MADE,
                "modified": self._modified, "object_marking_refs": [self._mark], **content,
            }  # fmt: skip
            if kind != "identity":
                self.objects[found]["created_by_ref"] = self._author
        return found

    def observable(self, kind: str, content: Object, **key: str) -> str:
        """An object that was observed: it has no dates of its own."""
        name = "\n".join(f"{each}={value}" for each, value in sorted(key.items()))
        found = _id(kind, name)
        self.objects.setdefault(found, {
            "type": kind, "spec_version": "2.1", "id": found,
            "object_marking_refs": [self._mark], **content,
        })  # fmt: skip
        return found

    def relate(self, source: str, word: str, target: str) -> None:
        content = {"relationship_type": word, "source_ref": source, "target_ref": target}
        self.add("relationship", content)

    def _marking(self) -> str:
        tlp = self._policy.tlp
        found = f"marking-definition--{_MARKS[tlp]}"
        word = tlp.value.removeprefix("TLP:").lower()
        self.objects[found] = {
            "type": "marking-definition", "spec_version": "2.1", "id": found, "created": _MARKED,
            "name": tlp.value,
            "extensions": {_MARK_EXTENSION: {"extension_type": "property-extension",
                                             "tlp_2_0": word}},
        }  # fmt: skip
        return found


def to_stix(
    assessments: Iterable[Assessment], policy: Policy, producer: str, now: datetime
) -> Object:
    """A bundle of what the assessments show. Give them as `policy` allows them."""
    assessments = list(assessments)
    bundle = _Bundle(policy, producer, _newest(assessments, now))
    for assessment in assessments:
        for server in assessment.servers:
            _add_server(bundle, server, assessment)
    found = list(bundle.objects.values())
    name = "\n".join(bundle.objects)
    return {"type": "bundle", "id": f"bundle--{uuid.uuid5(_SPACE, name)}", "objects": found}


def _newest(assessments: Iterable[Assessment], now: datetime) -> datetime:
    """When the last of them was made: another version of what is told has another time."""
    return max((moment(one.run.finished) or now for one in assessments), default=now)


def _add_server(bundle: _Bundle, server: Server, assessment: Assessment) -> None:
    victim = bundle.add("identity", {
        "name": server.name, "identity_class": "system", "description": server.headline,
    }, name=server.name)  # fmt: skip
    campaigns = [bundle.add("campaign", {"name": one.pack}) for one in campaigns_of(server)]
    patterns = [_technique(bundle, one) for one in techniques_of(server)]
    flaws = [_flaw(bundle, one) for one in cves_of(server)]
    for campaign in campaigns:
        bundle.relate(campaign, "targets", victim)
        for one in (*patterns, *flaws):
            word = "uses" if one.startswith("attack-pattern") else "targets"
            bundle.relate(campaign, word, one)
    for trace in traces_of(server):
        indicator = _indicator(bundle, trace)
        _sighting(bundle, trace, indicator, victim, assessment)
        for campaign in campaigns:
            bundle.relate(indicator, "indicates", campaign)


def _indicator(bundle: _Bundle, trace: Trace) -> str:
    kind = "ipv6-addr" if ":" in trace.value else "ipv4-addr"
    pattern = (
        f"[{kind}:value = '{trace.value}']"
        if trace.kind == "address"
        else f"[file:hashes.'SHA-256' = '{trace.value.lower()}']"
    )
    valid = stamp(trace.first) if trace.first else _LONG_AGO
    content: Object = {
        "name": trace.name or "A planted page", "description": trace.finding.title,
        "pattern": pattern,
        "pattern_type": "stix", "indicator_types": ["malicious-activity"],
        "confidence": _CONFIDENCE[trace.finding.confidence],
        "valid_from": valid,
    }  # fmt: skip
    found = bundle.add("indicator", content, pattern=pattern)
    made = bundle.objects[found]
    made["valid_from"] = min(made["valid_from"], valid)
    if trace.kind == "page":
        family = bundle.add("malware", {
            "name": trace.finding.title, "is_family": True, "malware_types": ["webshell"],
        }, rule=trace.finding.rule)  # fmt: skip
        bundle.relate(found, "indicates", family)
    return found


def _seen(bundle: _Bundle, trace: Trace) -> str:
    if trace.kind == "address":
        kind = "ipv6-addr" if ":" in trace.value else "ipv4-addr"
        return bundle.observable(kind, {"value": trace.value}, value=trace.value)
    content: Object = {"hashes": {"SHA-256": trace.value.lower()}}
    if trace.name:
        content["name"] = trace.name
    return bundle.observable("file", content, name=trace.name, sha256=trace.value)


def _sighting(
    bundle: _Bundle, trace: Trace, indicator: str, victim: str, assessment: Assessment
) -> None:
    seen = _seen(bundle, trace)
    first = trace.first or finished(assessment)
    last = max(trace.last or first, first)
    observed = bundle.add("observed-data", {
        "first_observed": stamp(first), "last_observed": stamp(last),
        "number_observed": max(1, min(trace.times, 999_999_999)), "object_refs": [seen],
    }, value=trace.value, victim=victim)  # fmt: skip
    content: Object = {
        "sighting_of_ref": indicator, "observed_data_refs": [observed],
        "where_sighted_refs": [victim], "count": max(1, min(trace.times, 999_999_999)),
    }  # fmt: skip
    if trace.first is not None:
        content |= {"first_seen": stamp(first), "last_seen": stamp(last)}
    bundle.add("sighting", content, indicator=indicator, victim=victim)


def _technique(bundle: _Bundle, technique: str) -> str:
    number = technique.upper().removeprefix("ATTACK.")
    url = f"https://attack.mitre.org/techniques/{number.replace('.', '/')}/"
    reference = {"source_name": "mitre-attack", "external_id": number, "url": url}
    content: Object = {"name": number, "external_references": [reference]}
    return bundle.add("attack-pattern", content, name=number)


def _flaw(bundle: _Bundle, cve: str) -> str:
    reference = {"source_name": "cve", "external_id": cve}
    content: Object = {"name": cve, "external_references": [reference]}
    return bundle.add("vulnerability", content, name=cve)
