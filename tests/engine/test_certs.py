"""Certificates of a cluster."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from alpheus.engine.certs import Role, make, read
from alpheus.errors import EngineError, UsageError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of certificates that are valid for a week."""
    folder = tmp_path_factory.mktemp("cluster") / "certs"
    make(folder, days=7)
    return folder


def test_each_role_has_a_folder_that_is_all_it_needs(made: Path) -> None:
    """And the authority has one of its own; when they end is told."""
    assert {one.name for one in made.iterdir()} == {"authority", "scheduler", "worker", "driver"}
    for role in Role:
        found = read(made, role)
        assert found == read(made / role.value, role)
        assert found.role is role
        assert abs(found.ends - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=5)


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_keys_are_private(made: Path) -> None:
    """Mode 0600, in folders of 0700; one that others may read is not used."""
    keys = list(made.rglob("key.pem"))
    assert len(keys) == 4
    assert {one.stat().st_mode & 0o777 for one in keys} == {0o600}
    assert {one.parent.stat().st_mode & 0o777 for one in keys} == {0o700}
    key = made / "driver" / "key.pem"
    key.chmod(0o640)
    with pytest.raises(EngineError, match=r"others may read it; chmod 600"):
        read(made, Role.DRIVER)
    key.chmod(0o600)


def test_a_driver_is_nobody_who_is_called(made: Path) -> None:
    """Its certificate cannot stand for a scheduler or worker."""
    uses = {}
    for role in Role:
        found = x509.load_pem_x509_certificate((made / role.value / "certificate.pem").read_bytes())
        uses[role] = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses[Role.DRIVER]) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert ExtendedKeyUsageOID.SERVER_AUTH in uses[Role.SCHEDULER]
    assert ExtendedKeyUsageOID.SERVER_AUTH in uses[Role.WORKER]


def test_what_is_of_another_role_or_authority_or_missing_is_said(
    made: Path, tmp_path: Path
) -> None:
    """With what to do."""
    with pytest.raises(EngineError, match="is that of a worker, and that of a driver is needed"):
        read(made / "worker", Role.DRIVER)
    with pytest.raises(EngineError, match="alpheus engine certs has made"):
        read(tmp_path, Role.DRIVER)
    make(tmp_path / "other")
    mixed = tmp_path / "other" / "driver" / "ca.pem"
    mixed.write_bytes((made / "driver" / "ca.pem").read_bytes())
    with pytest.raises(EngineError, match="no certificate of the authority beside it"):
        read(tmp_path / "other", Role.DRIVER)
    mixed.write_bytes(b"x")
    with pytest.raises(EngineError, match="make new ones: alpheus engine certs"):
        read(tmp_path / "other", Role.DRIVER)


def test_new_ones_come_from_the_same_authority_and_nothing_is_overwritten(
    made: Path, tmp_path: Path
) -> None:
    """So certificates can be renewed one machine after the other."""
    with pytest.raises(UsageError, match="is not empty; name a new folder, or --renew"):
        make(made)
    with pytest.raises(UsageError, match="holds no authority"):
        make(tmp_path / "none", renew=True)
    before, authority = read(made, Role.WORKER), (made / "authority" / "ca.pem").read_bytes()
    old = before.certificate.read_bytes()
    make(made, days=30, renew=True)
    after = read(made, Role.WORKER)
    assert after.ends > before.ends
    assert after.certificate.read_bytes() != old
    assert after.ca.read_bytes() == authority


def test_one_that_has_ended_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the day, and how to get another."""
    monkeypatch.setattr("alpheus.engine.certs._EARLIER", timedelta(days=2))
    make(tmp_path / "c", days=-1)
    with pytest.raises(EngineError, match=r"ended 20\d\d-.* --renew"):
        read(tmp_path / "c", Role.DRIVER)
