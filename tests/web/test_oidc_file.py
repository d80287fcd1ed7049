"""The file that names a provider of identities."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.web.access.roles import Grant, Role
from alpheus.web.oidc_file import SECRET, read_oidc

GOOD = "issuer: https://login.example\nclient: alpheus\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is, with the secret set."""
    monkeypatch.setenv(SECRET, "s")
    return tmp_path / "oidc.yaml"


def test_it_is_read(file: Path) -> None:
    """The secret comes from the environment, and is shown nowhere."""
    file.write_text(GOOD + "roles:\n  soc: [{role: analyst}, {role: viewer, organisation: a}]\n")
    found = read_oidc(file)
    assert (found.issuer, found.client, found.secret) == ("https://login.example", "alpheus", "s")
    assert found.roles == {"soc": (Grant(Role.ANALYST), Grant(Role.VIEWER, "a"))}
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "oidc.yaml: Expected `object`"),
        ("client: a\n", "issuer"),
        ("issuer: http://login.example\nclient: a\n", "is no address such as"),
        ("issuer: https://login.example?x\nclient: a\n", "is no address such as"),
        ("issuer: https://login.example\nclient: ''\n", "name the client"),
        (GOOD + "secret: s\n", "unknown field `secret`"),
        (GOOD + "roles: {soc: [{role: king}]}\n", "roles: soc: 'king' is none of"),
        (GOOD + "roles: {a: [{role: constituent}]}\n", "belongs to an organisation"),
        (GOOD + "roles: [\n", "oidc.yaml"),
        ("!!python/object:os.system x\n", "oidc.yaml"),
        ("#" * (1 << 21), "is larger than"),
    ],
)
def test_what_is_wrong_is_one_line(file: Path, text: str, reason: str) -> None:
    """With the file and the place."""
    file.write_text(text)
    with pytest.raises(UsageError, match=reason) as told:
        read_oidc(file)
    assert "\n" not in str(told.value)


def test_a_file_or_a_secret_that_is_not_there_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is served."""
    with pytest.raises(UsageError, match="no such file"):
        read_oidc(file)
    file.write_text(GOOD)
    monkeypatch.delenv(SECRET)
    with pytest.raises(UsageError, match="set ALPHEUS_OIDC_SECRET"):
        read_oidc(file)
