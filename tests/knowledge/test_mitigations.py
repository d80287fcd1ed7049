"""Configurations that mitigate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alpheus.knowledge.mitigations import MitigationState, matches, mitigated, read_state
from alpheus.knowledge.packs import load_packs

PACK = next(pack for pack in load_packs() if pack.id == "proxylogon")
NOON = datetime(2021, 3, 5, 12, tzinfo=UTC)


def _service(state):
    return {"EventID": "7036", "Binary": f"MSExchangeUM/{state}\0".encode("utf-16-le").hex()}


STOPPED, RUNNING = _service(1), _service(4)
CHANGED = {"EventID": "7040", "param1": "Unified Messaging", "param4": "MSExchangeUM"}


def _rule(cookie, **more):
    return {
        "Element": "rewrite-rule", "Input": "{HTTP_COOKIE}", "Pattern": f"(.*){cookie}(.*)",
        "Action": "AbortRequest", **more,
    }  # fmt: skip


def _mitigated(*records):
    states = []
    for source, time, fields in records:
        for mitigation in PACK.mitigations:
            state = read_state(mitigation, source, time, fields)
            if state is not None:
                states.append(state)
    return set(mitigated(PACK, states))


def _config(fields):
    return ("iis-configuration", None, fields)


def test_the_two_cookie_rules_mitigate_together():
    """One rule alone leaves the other cookie open."""
    anonymous, resource = _rule("X-AnonResource-Backend"), _rule("X-BEResource=(.+)/(.+)~")
    assert _mitigated(_config(anonymous), _config(resource)) == {"CVE-2021-26855"}
    assert _mitigated(_config(anonymous)) == set()
    assert _mitigated(_config(resource)) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"Enabled": "false"},
        {"Action": "None"},
        {"Input": "{URL}"},
        {"Element": "module"},
        {"Pattern": ("(.*)", "not (.*)X-AnonResource-Backend(.*)", "not (.*)X-BEResource(.*)")},
    ],
)
def test_a_rule_that_does_nothing_mitigates_nothing(change):
    """Switched off, with another action, looking elsewhere, or for the opposite."""
    rules = [_rule(cookie, **change) for cookie in ("X-AnonResource-Backend", "X-BEResource=")]
    assert _mitigated(*map(_config, rules)) == set()


def test_a_rule_is_on_unless_switched_off():
    """`enabled` is true by default; several conditions of one rule are looked at one by one."""
    rules = [
        _rule("X-AnonResource-Backend", Enabled="true"),
        {**_rule("x"), "Pattern": ("(.*)other(.*)", "(.*)x-beresource=(.+)")},
    ]
    assert _mitigated(*map(_config, rules)) == {"CVE-2021-26855"}


@pytest.mark.parametrize(
    ("pool", "auto_start", "expected"),
    [
        ("MSExchangeECPAppPool", "false", {"CVE-2021-27065"}),
        ("MSExchangeOABAppPool", "False", {"CVE-2021-26858"}),
        ("MSExchangeECPAppPool", "true", set()),
        ("MSExchangeECPAppPool", "", set()),
        ("MyMSExchangeECPAppPool", "false", set()),
    ],
)
def test_pools_that_do_not_start_mitigate(pool, auto_start, expected):
    """A pool is off only if it says so itself."""
    fields = {"Element": "app-pool", "Name": pool, "AutoStart": auto_start}
    assert _mitigated(_config(fields)) == expected


def test_a_stopped_and_disabled_service_mitigates():
    """The service is known by its key name, whatever the language of Windows."""
    records = [("windows-system", NOON, CHANGED), ("windows-system", NOON, STOPPED)]
    assert _mitigated(*records) == {"CVE-2021-26857"}


def test_a_restart_is_no_mitigation():
    """A stop without a change of the start type is what every restart does."""
    assert _mitigated(("windows-system", NOON, STOPPED)) == set()


def test_a_service_started_again_mitigates_no_more():
    """The last record counts, in whatever order they are read."""
    later = NOON + timedelta(hours=1)
    records = [
        ("windows-system", later, RUNNING),
        ("windows-system", NOON, CHANGED),
        ("windows-system", NOON, STOPPED),
    ]
    assert _mitigated(*records) == set()
    assert _mitigated(*reversed(records)) == set()


def test_the_call_router_is_another_service():
    """Stopping it alone leaves unified messaging running."""
    router = {"EventID": "7036", "Binary": "MSExchangeUMCR/1\0".encode("utf-16-le").hex()}
    records = [("windows-system", NOON, router), ("windows-system", NOON, CHANGED)]
    assert _mitigated(*records) == set()


def test_an_absent_field_counts_as_empty():
    """So a pattern can demand that something is not said."""
    assert matches({"Enabled": "^(?!false$)"}, {})
    assert matches({"Enabled": "^$"}, {"Enabled": ()})
    assert not matches({"Enabled": "true"}, {})


def test_another_source_says_nothing():
    """The same fields from elsewhere are not a configuration."""
    fields = {"Element": "app-pool", "Name": "MSExchangeECPAppPool", "AutoStart": "false"}
    assert all(read_state(m, "iis", NOON, fields) is None for m in PACK.mitigations)
    assert mitigated(PACK, [MitigationState("unknown", None, on=True)]) == {}
