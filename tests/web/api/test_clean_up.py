"""The clean-up of a server for programs."""

from __future__ import annotations

import json

import pytest

from alpheus.respond.model import decode
from alpheus.web.access.roles import Role
from web.access_matrix import OTHER, OWN, Asker
from web.programs import Api


@pytest.fixture
def path(api: Api) -> str:
    """The server of the organisation, with a plan."""
    found = f"/servers/{api.values['own_server']}"
    api.post(f"{found}/plan", {})
    return found


def test_a_plan_with_how_far_it_is(api: Api, path: str) -> None:
    """And as the document that the command line takes, which comes in again."""
    plan = api.get(f"{path}/plan")["plan"]
    assert plan["observation"]
    assert [one["number"] for one in plan["steps"]] == list(range(1, len(plan["steps"]) + 1))
    document = api.get(f"{path}/plan/document")
    assert decode(json.dumps(document).encode(), "it").digest == plan["digest"]
    again = api.post(f"{path}/plan/files", {"document": json.dumps(document)})
    assert (again["moved"], again["steps"]) == ("", len(plan["steps"]))


def test_a_step_is_marked_and_taken_back(api: Api, path: str) -> None:
    """What was done is in the list of deeds, with who."""
    done = api.post(f"{path}/plan/steps", {"steps": [1], "mark": "done"})
    assert (done["done"], done["server"]["compromise"]) == (1, "no-evidence")
    assert api.get(f"{path}/plan")["plan"]["steps"][0]["mark"] == "done"
    api.post(f"{path}/plan/steps", {"steps": [1], "mark": "open", "why": "not yet"})
    deeds = api.get(f"{path}/plan/deeds")["deeds"]
    assert {"open", "done", "plan"} <= {one["what"] for one in deeds}
    assert all(one["who"] for one in deeds)


def test_a_verification_comes_in(api: Api, path: str) -> None:
    """One that changes nothing says why; twice the same is kept once."""
    plan = api.get(f"{path}/plan")["plan"]
    document = {
        "schema": "alpheus.clean-verification/1", "server": plan["server"],
        "since": "2021-03-01T00:00:00Z", "assessment": plan["assessment"], "outcome": "uncovered",
        "files": "verified-clean", "items": [], "uncovered": ["iis-site-1: none of it"],
        "until": "2021-03-02T00:00:00Z",
    }  # fmt: skip
    for _ in range(2):
        assert api.post(f"{path}/plan/files", {"document": json.dumps(document)})["why"]
    found = api.get(f"{path}/verifications")
    assert [one["outcome"] for one in found["verifications"]] == ["uncovered"]
    assert found["waits"]


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ("/plan/steps", {"steps": [9_999], "mark": "done"}),
        ("/plan/steps", {"steps": [1], "mark": "not-needed"}),
        ("/plan/steps", {"steps": [1], "mark": "done", "plan": "00"}),
        ("/plan/files", {"document": "{}"}),
        ("/plan/files", {"document": json.dumps({"schema": "alpheus.clean-plan/1"})}),
        (
            "/plan/files",
            {"document": json.dumps({"schema": "alpheus.clean-run/1", "what": "apply"})},
        ),
        (
            "/plan/files",
            {"document": json.dumps({"schema": "alpheus.clean-verification/1", "items": 1})},
        ),
    ],
)
def test_what_is_wrong_is_refused(api: Api, path: str, more: str, body: dict) -> None:
    """With a reason, and nothing has happened."""
    before = api.get(f"{path}/plan/deeds")
    assert api.refused("POST", f"{path}{more}", json=body)[0] in {409, 422}
    assert api.get(f"{path}/plan/deeds") == before


def test_an_owner_reads_the_plan_and_says_what_is_done(api: Api, path: str) -> None:
    """In plain fields, without proofs; it counts once somebody confirms it."""
    owner = Asker(Role.CONSTITUENT, OWN)
    own = f"/own{path}"
    plan = api.get(f"{own}/plan", owner)
    assert plan["steps"][1]["mark"] in {"open", "said"}
    assert "cited" not in plan["steps"][1]
    if plan["steps"][1]["mark"] == "open":
        plan = api.post(f"{own}/steps", {"step": 2, "text": "done it"}, owner)
        assert plan["steps"][1]["mark"] == "said"
    assert api.get(f"{path}/plan")["plan"]["said"] == 1


def test_what_may_not_be_seen_is_not_there(api: Api, path: str) -> None:
    """As if there were none."""
    stranger = Asker(Role.ADMIN, OTHER)
    for part in ("/plan", "/plan/document", "/plan/deeds", "/verifications"):
        assert api.refused("GET", f"{path}{part}", stranger) == (404, "not-found")
