"""Which endpoint comes next: each once, inside the scope, in its hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from alpheus.exposure.endpoints import Endpoints
from alpheus.exposure.journal import place_key
from alpheus.exposure.model import Answer, Conversation, Endpoint, ProbeKind
from alpheus.exposure.scope import Scope
from alpheus.exposure.scope_file import read_scope
from alpheus.exposure.target_list import divide
from alpheus.exposure.targets import read_targets
from exposure_probing import scope_of


def _endpoints(scope: Scope, *items: str, **more: object) -> Endpoints:
    allowed, _ = divide(read_targets(items), scope)
    given: dict[str, object] = {
        "names_at": {}, "cloud_at": {}, "denied_at": {}, "done": set(), "kept": {},
        "key": place_key, "seed": 1,
        "denied": lambda endpoint, why: None, **more,
    }  # fmt: skip
    named = given.pop("named", [])
    return Endpoints(scope, allowed, named, **given)  # type: ignore[arg-type]


def _all(endpoints: Endpoints, now: float = 0.0) -> list[Endpoint]:
    found = []
    while (wait := endpoints.wait(now)) is not None:
        now += wait
        taken = endpoints.take(now)
        if taken:
            found.append(taken[1].endpoint)
    return found


def test_every_target_comes_once_and_not_in_order(tmp_path: Path) -> None:
    """Addresses of ranges and those that names led to."""
    named = [Endpoint("mail.example", "127.9.9.9", 443, ("mail.example",))]
    endpoints = _endpoints(scope_of(tmp_path, 443), "127.0.0.0/23", named=named)
    found = [one.address for one in _all(endpoints)]
    assert len(found) == len(set(found)) == 513
    assert found != sorted(found)
    assert endpoints.is_exhausted


def test_what_has_a_result_is_left_out_and_what_was_begun_goes_on(tmp_path: Path) -> None:
    """So a run that was killed asks nobody twice."""
    begun = Conversation(Endpoint("127.0.0.2", "127.0.0.2", 443))
    begun.answers.append(Answer(ProbeKind.OWA, "127.0.0.2", 200))
    endpoints = _endpoints(
        scope_of(tmp_path, 443), "127.0.0.1-127.0.0.3",
        done={place_key("127.0.0.1", 443)}, kept={place_key("127.0.0.2", 443): begun},
    )  # fmt: skip
    taken = [one for turn in range(9) if (one := endpoints.take(1e9 + turn))]
    assert {one.endpoint.address for _, one in taken} == {"127.0.0.2", "127.0.0.3"}
    assert begun in [one for _, one in taken]


def test_an_endpoint_that_the_scope_forbids_after_all_is_told(tmp_path: Path) -> None:
    """Names lead to addresses that may be denied."""
    told: list[str] = []
    named = [Endpoint("a.example", "127.1.1.1", 443, ("a.example",))]
    endpoints = _endpoints(
        scope_of(tmp_path, 443, "deny: [a.example]\n"), "127.0.0.1", named=named,
        denied=lambda endpoint, why: told.append(f"{endpoint.target}: {why}"),
    )  # fmt: skip
    assert [one.address for one in _all(endpoints)] == ["127.0.0.1"]
    assert told[0].startswith("a.example: ")


def test_nothing_is_given_outside_the_hours(tmp_path: Path) -> None:
    """The wait says when they begin, and the time a host may be asked again is not before."""
    hours = "hours: {zone: UTC, from: '20:00', to: '22:00'}\n"
    moment = [datetime(2021, 3, 9, 19, 30, tzinfo=UTC)]
    endpoints = _endpoints(
        scope_of(tmp_path, 443, hours), "127.0.0.1-127.0.0.2", clock=lambda: moment[0]
    )
    assert endpoints.take(0.0) is None
    assert endpoints.wait(0.0) == 1800
    assert endpoints.opens_at() == datetime(2021, 3, 9, 20, 0, tzinfo=UTC)
    conversation = Conversation(Endpoint("127.0.0.1", "127.0.0.1", 443))
    assert endpoints.again(conversation, 0.0, connect=False) >= 1800
    moment[0] = datetime(2021, 3, 9, 20, 0, tzinfo=UTC)
    assert [one for turn in range(2) if (one := endpoints.take(1800.0 + turn))]
    assert endpoints.opens_at() is None


def test_a_scope_that_has_ended_ends_the_run(tmp_path: Path) -> None:
    """Nothing will ever be given, and nothing counts as done."""
    scope = scope_of(tmp_path, 443, "valid_until: 2021-03-31\n")
    endpoints = _endpoints(scope, "127.0.0.1")
    assert endpoints.take(0.0) is None
    assert endpoints.wait(0.0) is None
    assert not endpoints.is_exhausted


def test_a_rate_spreads_what_is_asked(tmp_path: Path) -> None:
    """Ten connections a second to one network take their time."""
    scope_of(tmp_path, 443)
    path = tmp_path / "scope.yaml"
    path.write_text(path.read_text().replace("per_network: 100000", "per_network: 10"))
    endpoints = _endpoints(read_scope(path), "127.0.0.0/27")
    at_once = [one for turn in range(99) if (one := endpoints.take(100.0 + turn / 1000))]
    assert len(at_once) == 1
    assert 0 < (endpoints.wait(100.1) or 0) <= 0.2


def test_a_clock_that_is_set_is_noticed(tmp_path: Path) -> None:
    """Or a machine that slept, whose own seconds stand still meanwhile."""
    hours = "hours: {zone: UTC, from: '20:00', to: '22:00'}\n"
    moment = [datetime(2021, 3, 9, 20, 30, tzinfo=UTC)]
    endpoints = _endpoints(
        scope_of(tmp_path, 443, hours), "127.0.0.1-127.0.0.9", clock=lambda: moment[0]
    )
    assert endpoints.take(0.0) or endpoints.take(1.0)
    moment[0] = datetime(2021, 3, 9, 22, 30, tzinfo=UTC)
    assert endpoints.take(31.0) is None
    assert endpoints.opens(31.0) > 31.0
    moment[0] = datetime(2021, 3, 10, 20, 30, tzinfo=UTC)
    assert endpoints.take(80_000.0) or endpoints.take(80_001.0)
    moment[0] = datetime(2021, 3, 10, 22, 30, tzinfo=UTC)
    endpoints.delay(0.1)
    assert endpoints.take(80_002.0) is None, "after a pause at once"


def test_what_was_due_in_a_pause_is_put_off(tmp_path: Path) -> None:
    """Nothing is made up for: neither of what waited nor of what comes next."""
    scope = scope_of(tmp_path, 443)
    slow = replace(scope, rates=replace(scope.rates, total=2.0, jitter=0.0))
    endpoints = _endpoints(slow, "127.0.0.0/27")
    assert endpoints.take(0.0)
    assert endpoints.take(0.0) is None
    endpoints.delay(60.0)
    begun = [now / 4 for now in range(240, 280) if endpoints.take(now / 4)]
    assert 18 <= len(begun) <= 20
    assert min(after - one for one, after in pairwise(begun)) >= 0.5


def test_a_server_whose_certificate_is_of_a_denied_name_is_told(tmp_path: Path) -> None:
    """Also by a name below it, and by a wildcard; others are not."""
    endpoints = _endpoints(scope_of(tmp_path, 443, "deny: [hospital.example]\n"), "127.0.0.1")
    assert "mail.hospital.example" in endpoints.objection(["EX1", "mail.hospital.example"])
    assert endpoints.objection(["*.hospital.example"])
    assert endpoints.objection(["Hospital.Example."])
    assert not endpoints.objection(["EX1", "nohospital.example"])


def test_an_address_that_a_denied_name_leads_to_is_left_alone(tmp_path: Path) -> None:
    """Whatever else it is called."""
    told: list[str] = []
    endpoints = _endpoints(
        scope_of(tmp_path, 443), "127.0.0.1-127.0.0.2", denied_at={"127.0.0.2": "opted out"},
        denied=lambda endpoint, why: told.append(f"{endpoint.address}: {why}"),
    )  # fmt: skip
    assert [one.address for one in _all(endpoints)] == ["127.0.0.1"]
    assert told == ["127.0.0.2: opted out"]
