"""Assessments, as `alpheus triage --format json` writes them, of some servers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from alpheus.lab.country import history
from alpheus.lab.country.calendar import iso, moment, some_time
from alpheus.lab.country.listing import Group
from alpheus.lab.country.model import Holding, Server, Shell
from alpheus.lab.country.sightings import EXCHANGE, VICTIM, Seen
from alpheus.lab.country.words import letters
from alpheus.lab.internet.builds import Release, states

_OF_VICTIMS = 0.12
_OF_OTHERS = 0.012
_NOT_DETERMINABLE = 0.1
_WINDOW = ("2021-02-26T00:00:00Z", "2021-03-20T00:00:00Z")
FIRST_DAY = 6


def assessments(
    holding: Holding, rng: Random, density: float, days: int
) -> Iterator[tuple[str, Group, bytes]]:
    """For some servers: name of a file, whom it is about, and the assessment."""
    for server in holding.servers:
        victim = bool(server.history.shells)
        if rng.random() >= (_OF_VICTIMS if victim else _OF_OTHERS) * density:
            continue
        last = min(days - 1, server.history.gone - 1)
        if last < FIRST_DAY:
            continue
        day = rng.randint(FIRST_DAY, last)
        seen = Seen(
            some_time(day, rng), "", 0, server=server, unit=server.unit,
            organisation=holding.organisation.id, server_name=server.name,
        )  # fmt: skip
        document = _document(server, seen, day, rng)
        seen.claims = VICTIM if document["servers"][0]["verdict"] == "compromised" else EXCHANGE
        name = f"triage/{server.name.lower()}-{letters(rng, 8)}.json"
        yield name, (seen,), msgspec.json.encode(document)


def _document(server: Server, seen: Seen, day: int, rng: Random) -> dict[str, Any]:
    started = iso(seen.time)
    package = f"{server.name}-collection.zip"
    return {
        "schema": "alpheus.assessment/1",
        "run": {"started": started, "finished": started, "version": "0.1.0",
                "packs": [{"id": "proxylogon", "version": "1.0.0"}],
                "bytes_read": rng.randint(10**7, 10**9), "files_read": rng.randint(20, 900)},
        "evidence": [{"id": "E1", "name": package, "sha256": f"{rng.getrandbits(256):064x}",
                      "bytes": rng.randint(10**6, 10**8)}],
        "servers": [_server(server, day, rng)],
        "skipped": [],
    }  # fmt: skip


def _server(server: Server, day: int, rng: Random) -> dict[str, Any]:
    release = history.release_on(server.history, day)
    shells = [one for one in server.history.shells if one.since <= day]
    verdict, stage = "no-evidence", "probed"
    if shells:
        verdict, stage = "compromised", "implanted"
    elif rng.random() < _NOT_DETERMINABLE:
        verdict, stage = "not-determinable", "none"
    findings = [_finding(one) for one in shells]
    window = {"from": _WINDOW[0], "to": _WINDOW[1]}
    aliases = [server.full_name] if rng.random() < 0.7 else []
    if rng.random() < 0.3:
        aliases.append(server.host_names[0])
    first = moment(0, 0)
    return {
        "name": server.name, "aliases": aliases, "product": f"Microsoft {release.product}",
        "build": {"value": release.build, "precision": 4, "witnesses": [
            {"source": "httpproxy", "build": release.build, "first": iso(first),
             "last": iso(moment(day, 0))}]},
        "cves": _states(release), "verdict": verdict, "stage": stage, "confidence": "high",
        "headline": f"{server.name}: {verdict}",
        "campaigns": [{"pack": "proxylogon", "window": window, "verdict": verdict, "stage": stage,
                       "assessed": True, "why": f"{len(shells)} web shells"}],
        "findings": findings,
        "story": [{"time": one["time"], "stage": "implanted", "summary": "a web shell was written",
                   "findings": ["web-shell-written"]} for one in findings[:1]],
        "coverage": [{"source": "httpproxy", "files": 20, "rows": 40_000, "skipped": 0,
                      "first": iso(first), "last": iso(moment(day, 0)), "time_basis": "utc",
                      "gaps": [], "deciding": True, "covers_window": verdict == "no-evidence"}],
        "next_steps": [{"priority": 1, "action": "Install the update.", "why": "It has the fix."}],
    }  # fmt: skip


def _states(release: Release) -> dict[str, dict[str, str]]:
    why = f"{release.build} is {release.product} {release.label}"
    return {cve: {"state": state, "why": why} for cve, state in states(release).items()}


def _finding(shell: Shell) -> dict[str, Any]:
    path = f"inetpub/wwwroot{shell.path}"
    return {
        "rule": "web-shell-written", "pack": "proxylogon", "title": "Web shell", "weight": "proof",
        "stage": "implanted", "confidence": "high", "time": iso(moment(shell.since, 0)),
        "cves": ["CVE-2021-27065"], "techniques": ["T1505.003"], "citations_total": 1,
        "citations": [{"evidence": "E1", "path": path, "text": shell.path}],
    }  # fmt: skip
