"""Who first, explained; closed cases not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.cases import priority as module
from alpheus.cases.lifecycle import State
from alpheus.cases.priority import NONE, Factors, priority
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

NOW = "2021-03-31T00:00:00Z"
OPEN = State(patch=Patch.VULNERABLE, patch_since="2021-03-03T00:00:00Z")
VULNERABLE = Factors(OPEN)


def _points(factors: Factors) -> int:
    return priority(factors, now=NOW).points


def _with(**more: object) -> Factors:
    return VULNERABLE._replace(state=replace(OPEN, **more))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_with(compromise=Compromise.RE_INFECTED), _with(compromise=Compromise.COMPROMISED)),
        (_with(compromise=Compromise.COMPROMISED), _with(compromise=Compromise.REPORTED)),
        (_with(compromise=Compromise.REPORTED), _with(compromise=Compromise.SUSPICIOUS)),
        (_with(patch=Patch.REGRESSED), VULNERABLE),
        (VULNERABLE, _with(patch=Patch.MITIGATED)),
        (VULNERABLE._replace(sector="hospital"), VULNERABLE._replace(sector="retail")),
        (VULNERABLE._replace(flags=("back-end-exposed",)), VULNERABLE),
        (VULNERABLE._replace(members=3), VULNERABLE),
        (VULNERABLE._replace(neighbours=1), VULNERABLE),
        (VULNERABLE._replace(last_seen="2021-03-30T00:00:00Z"), VULNERABLE),
        (VULNERABLE, _with(patch_since="2021-03-30T00:00:00Z")),
        (_with(work=Work.NEEDS_HELP), VULNERABLE),
        (VULNERABLE, _with(work=Work.IN_PROGRESS)),
        (
            _with(work=Work.NOTIFIED, work_since="2021-03-10T00:00:00Z"),
            _with(work=Work.NOTIFIED, work_since="2021-03-30T00:00:00Z"),
        ),
        (
            _with(compromise=Compromise.COMPROMISED)._replace(stage="spread"),
            _with(compromise=Compromise.COMPROMISED)._replace(stage="implanted"),
        ),
    ],
)
def test_who_comes_first(first: Factors, second: Factors) -> None:
    """Stage, exposure, sector, age, spread, and whether anybody answers."""
    assert _points(first) > _points(second)


def test_the_sum_is_explained() -> None:
    """Every point has its reason, the weightiest first, in one line."""
    found = priority(VULNERABLE._replace(sector="hospital"), now=NOW)
    assert found.points == sum(reason.points for reason in found.reasons)
    assert [reason.points for reason in found.reasons] == [35, 15, 8, 5]
    assert found.text() == (
        "63: anyone can break in (+35); a hospital (+15); open for 4 weeks (+8); "
        "nobody has been told (+5)"
    )


@pytest.mark.parametrize(
    "state",
    [
        replace(OPEN, work=Work.CLOSED),
        replace(OPEN, work=Work.FALSE_POSITIVE),
        State(patch=Patch.FIXED, compromise=Compromise.NO_EVIDENCE),
        State(patch=Patch.FIXED, compromise=Compromise.VERIFIED_CLEAN),
    ],
)
def test_what_is_done_has_no_priority(state: State) -> None:
    """However it stood before."""
    assert priority(Factors(state, sector="hospital"), now=NOW) == NONE
    assert NONE.text() == "0"


def test_age_has_an_upper_bound() -> None:
    """Years do not outweigh an intruder."""
    old = priority(_with(patch_since="2011-01-01T00:00:00Z"), now=NOW)
    assert 20 in [reason.points for reason in old.reasons]


def test_what_is_open_is_never_without_priority() -> None:
    """Whatever speaks for leaving it to others."""
    state = State(patch=Patch.MITIGATED, work=Work.IN_PROGRESS)
    assert _points(Factors(state)) == 1


def test_sectors_of_the_table_exist() -> None:
    """A weight for a sector that nobody is of would never count."""
    sectors = {row["sector"] for row in read_table("sectors.csv", ("sector",))}
    rows = read_table("case_priority.csv", ("factor", "value"))
    assert {row["value"] for row in rows if row["factor"] == "sector"} <= sectors


def test_a_weight_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told with the table's name."""
    row = {"factor": "age", "value": "week", "points": "many", "reason": ""}
    monkeypatch.setattr(module, "read_table", lambda *_: [row])
    module._weights.cache_clear()
    with pytest.raises(KnowledgeError, match=r"case_priority\.csv"):
        module._weights()
    module._weights.cache_clear()
