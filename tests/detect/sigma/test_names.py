"""Tests of `alpheus.detect.sigma.names`."""

from __future__ import annotations

from alpheus.detect.sigma import names


def test_names_are_in_lower_case() -> None:
    """Names are looked up in lower case."""
    tables = (names.WEB_ROLES, names.PROCESS_AUDIT, names.ANTIVIRUS, names.INTEGRITY_LABELS)
    for table in (*tables, *names.COLUMN_KINDS.values()):
        assert all(name == name.lower() for name in table)


def test_every_role_has_a_column() -> None:
    """Every role but the joined URL, which is made of two, is a column of IIS."""
    assert set(names.WEB_ROLES.values()) - set(names.WEB_COLUMNS["iis"]) == {"joined"}
    assert set(names.WEB_COLUMNS["httpproxy"]) <= set(names.WEB_COLUMNS["iis"])


def test_kinds_fit_roles() -> None:
    """Stem, query and agent of a request are read in all their forms in both logs."""
    for source, columns in names.WEB_COLUMNS.items():
        for role in ("stem", "query", "agent"):
            assert names.COLUMN_KINDS[source][columns[role]] == role
