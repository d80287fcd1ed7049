"""Servers with a plan, and the files that a clean-up hands in."""

from __future__ import annotations

import json
from typing import Any

from alpheus.cases.clean_progress import Mark
from alpheus.cases.cleaning import CleanUp, Done
from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.respond.model import Phase
from server_filling import assessed, filled, number_of

NAME = "EX01"
CLEANED = "2021-03-15T00:00:00Z"
PAGE = "C/inetpub/wwwroot/aspnet_client/supp0rt.aspx"


def attacked(name: str = NAME) -> dict[str, Any]:
    """An assessment of a server with a page of an intruder that a plan takes away."""
    whole = assessed(name)
    (server,) = whole["servers"]
    for one in server["findings"]:
        if one["rule"] == "foreign-page":
            one["rule"] = "webshell-page"
            one["citations"] = [{"evidence": "ev1", "path": PAGE, "text": "", "sha256": "ab" * 32}]
    return whole


def planned(database: Database) -> tuple[Cases, int]:
    """A compromised server with a plan."""
    cases = filled(database, attacked())
    server = number_of(cases, "compromised")
    cases.cleaning.make(server, who="kim")
    return cases, server


def marked(cases: Cases, server: int, who: str = "kim") -> Done:
    """All steps done, but for those that verify."""
    found = cases.cleaning.of(server)
    assert found.progress is not None
    numbers = [one.step.number for one in found.progress.steps
               if one.step.phase is not Phase.VERIFY and not one.is_settled]  # fmt: skip
    return cases.cleaning.mark(server, numbers, Mark.DONE, who=who, when=CLEANED)


def cleaned(database: Database) -> tuple[Cases, int]:
    """The same, cleaned by it."""
    cases, server = planned(database)
    marked(cases, server)
    return cases, server


def run_of(
    found: CleanUp, what: str, result: str, plan: str = "", volume: str = ""
) -> bytes:  # fmt: skip
    """The result of a run of the program in which the same happened to all files."""
    assert found.plan is not None
    outcomes = [{"id": one.id, "path": one.path, "result": result, "why": ""}
                for one in found.plan.plan.files()]  # fmt: skip
    whole = {"schema": "alpheus.clean-run/1", "what": what, "server": NAME,
             "plan": plan or found.plan.digest, "outcomes": outcomes, "counts": {}}  # fmt: skip
    if volume:
        whole["volumes"] = {"C": {"id": volume, "place": f"/mnt/{volume[:4]}"}}
    return json.dumps(whole).encode()


def verification(found: CleanUp, outcome: str, sign: str = "", **more: str) -> bytes:
    """A verification of a plan with some outcome; `sign` is when something new was seen."""
    assert found.plan is not None
    items = [{"fate": "gone", "rule": "webshell-page", "title": "A page", "path": PAGE}]
    if outcome == "not-clean":
        items.append({"fate": "left", "rule": "webshell-page", "title": "A page",
                      "path": "C:/inetpub/x.aspx"})  # fmt: skip
    if sign:
        items.append({"fate": "back", "rule": "w3wp-child", "title": "A shell", "time": sign})
    whole = {
        "schema": "alpheus.clean-verification/1", "server": NAME, "since": CLEANED,
        "assessment": found.plan.assessment, "outcome": outcome, "files": outcome,
        "items": items, "uncovered": ["iis-site-1: none of it was collected"]
        if outcome == "uncovered" else [], "until": "2021-03-25T00:00:00Z",
    }  # fmt: skip
    return json.dumps(whole | more).encode()
