"""A page was planted."""

from __future__ import annotations

import pytest

from alpheus.lab.plan import Plan
from alpheus.lab.scenarios import shells
from alpheus.model import Stage, Verdict

_BUILDERS = {scenario.name: builder for scenario, builder in shells.SCENARIOS}


def _uses(plan: Plan) -> int:
    """How many rows of site 1 ask for the page."""
    name = plan.truth.shells[0].rpartition("\\")[2]
    return sum(
        log == "iis1" and name in line
        for entry in plan.entries
        for log, line in entry.template.lines
    )


@pytest.mark.parametrize("name", list(_BUILDERS))
def test_stage_is_what_was_done(name: str) -> None:
    """Compromised in any case; operated where the page was used, implanted where not."""
    (plan,) = _BUILDERS[name](1)
    assert plan.truth.verdict is Verdict.COMPROMISED
    used = _uses(plan) > 0
    assert plan.truth.stage is (Stage.OPERATED if used else Stage.IMPLANTED)
    assert used == (name != "implanted-unused")
    assert plan.truth.first_seen is not None
    assert plan.truth.implanted_at is not None
    assert plan.truth.first_seen < plan.truth.implanted_at


def test_page_on_disk_or_not() -> None:
    """A deleted page leaves a compiled file; collected logs alone leave nothing."""
    left = {
        name: [path.rpartition(".")[2] for path, _ in builder(1)[0].files]
        for name, builder in _BUILDERS.items()
    }
    assert left["webshell"] == ["aspx", "compiled"]
    assert left["webshell-deleted"] == ["compiled"]
    assert left["webshell-only-logs-iis"] == []
    assert left["implanted-unused"] == ["aspx"]


def test_patched_too_late() -> None:
    """The update came after the page, which was used even then; the build is fixed at the end."""
    (plan,) = _BUILDERS["patched-too-late"](1)
    assert plan.truth.patched_at is not None
    assert plan.truth.implanted_at is not None
    assert plan.truth.implanted_at < plan.truth.patched_at
    assert max(entry.time for entry in plan.entries) > plan.truth.patched_at
    assert plan.truth.build == plan.server.build_after.value


def test_only_iis_names_nobody() -> None:
    """No build and no file of the system is collected."""
    (plan,) = _BUILDERS["webshell-only-logs-iis"](1)
    assert plan.collected == {"iis1", "iis2"}
    assert plan.truth.build is None
    assert "aspnet_client" in plan.truth.shells[0]


def test_other_drive() -> None:
    """Nothing of the server's own lies on drive C, and it speaks French."""
    (plan,) = _BUILDERS["other-drive"](1)
    assert plan.server.french
    places = (plan.server.install, plan.server.iis_logs, plan.server.web_root)
    assert not any(place.startswith("C:") for place in places)


def test_seeds_vary_the_story() -> None:
    """Times, names and addresses differ from seed to seed."""
    truths = [_BUILDERS["webshell"](seed)[0].truth for seed in range(10)]
    assert len({truth.first_seen for truth in truths}) == 10
    assert len({truth.clients for truth in truths}) == 10
    assert len({truth.shells for truth in truths}) == 10
