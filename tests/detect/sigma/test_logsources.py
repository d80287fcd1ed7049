"""Tests of `alpheus.detect.sigma.logsources`."""

from __future__ import annotations

import pytest

from alpheus.detect.sigma.logsources import (
    TEXT_SOURCES,
    WINDOWS_CATEGORIES,
    WINDOWS_SERVICES,
    Dialect,
    Selection,
    find,
)


def selected(
    product: str | None = None, category: str | None = None, service: str | None = None
) -> set[tuple[str, tuple[str, ...]]]:
    """Sources and event ids of a log source."""
    found = find(product, category, service)
    assert found is not None
    return {(s.source, tuple(sorted(s.event_ids, key=int))) for s in found.selections}


@pytest.mark.parametrize(
    ("product", "category", "service", "sources"),
    [
        (None, "webserver", None, {("iis", ()), ("httpproxy", ())}),
        (None, "webserver", "iis", {("iis", ())}),
        (
            "Windows",
            "Process_Creation",
            None,
            {("sysmon", ("1",)), ("windows-security", ("4688",))},
        ),
        ("windows", "process_creation", "sysmon", {("sysmon", ("1",))}),
        ("windows", "file_event", None, {("sysmon", ("11",))}),
        ("windows", "file_delete", None, {("sysmon", ("23", "26"))}),
        ("windows", "registry_event", None, {("sysmon", ("12", "13", "14"))}),
        ("windows", "pipe_created", None, {("sysmon", ("17", "18"))}),
        ("windows", "ps_script", None, {("powershell", ("4104",)), ("windows-event", ("4104",))}),
        ("windows", "filesystem", None, {("mft", ()), ("usnjrnl", ())}),
        ("windows", None, "security", {("windows-security", ())}),
        ("windows", None, "msexchange-management", {("msexchange-management", ())}),
        ("windows", None, "windefend", {("defender", ())}),
        ("windows", None, "msert", {("msert", ())}),
        ("windows", None, "taskscheduler", {("windows-event", ())}),
        ("exchange", None, "httpproxy", {("httpproxy", ())}),
        ("exchange", None, "exchange-audit", {("exchange-audit", ())}),
        ("iis", None, "configuration", {("iis-configuration", ())}),
        ("iis", None, "aspnet-compiled", {("aspnet-compiled", ())}),
    ],
)
def test_selection(
    product: str | None,
    category: str | None,
    service: str | None,
    sources: set[tuple[str, tuple[str, ...]]],
) -> None:
    """Every log source of the documentation selects its events."""
    assert selected(product, category, service) == sources


@pytest.mark.parametrize(
    ("product", "category", "service"),
    [
        ("linux", "process_creation", None),
        ("aws", None, "cloudtrail"),
        (None, "proxy", None),
        ("apache", "webserver", None),
        ("windows", "no_such_category", None),
        ("windows", None, "no-such-service"),
        ("windows", "file_event", "security"),
        ("exchange", None, "no-such-service"),
        ("exchange", "process_creation", None),
        ("iis", "process_creation", None),
        (None, None, "security"),
    ],
)
def test_not_ours(product: str | None, category: str | None, service: str | None) -> None:
    """What Alpheus does not read selects nothing."""
    assert find(product, category, service) is None


def test_product_alone() -> None:
    """A product without a service stands for all of its sources."""
    assert ("sysmon", ()) in selected("windows")
    assert ("httpproxy", ()) in selected("exchange")
    assert ("iis-configuration", ()) in selected("iis")


def test_dialects() -> None:
    """Categories bring their own names for fields."""
    for product, category, dialect in (
        (None, "webserver", Dialect.WEBSERVER),
        ("windows", "process_creation", Dialect.PROCESS_CREATION),
        ("windows", "antivirus", Dialect.ANTIVIRUS),
        ("windows", "file_event", Dialect.NATIVE),
    ):
        found = find(product, category, None)
        assert found is not None
        assert found.dialect is dialect


def test_intersection() -> None:
    """Two selections share only what both name; an empty set stands for any."""
    some = Selection("sysmon", frozenset({"1", "2"}))
    assert some.intersect(Selection("sysmon")) == some
    assert some.intersect(Selection("sysmon", frozenset({"3"}))) is None
    assert some.intersect(Selection("defender")) is None


def test_tables_are_in_lower_case() -> None:
    """Look-ups and channels compare in lower case, so the tables must be."""
    assert all(name == name.lower() for name in (*WINDOWS_CATEGORIES, *WINDOWS_SERVICES))
    for selections in WINDOWS_SERVICES.values():
        assert all(channel == channel.lower() for s in selections for channel in s.channels)
    assert "iis" in TEXT_SOURCES
