"""The file that names a provider of identities: `alpheus serve --oidc FILE`.

    issuer: https://login.example
    client: alpheus
    name_claim: preferred_username      # what an account is called (this is the default)
    roles_claim: groups                 # only with roles
    roles:                              # without it, an administrator binds each account
      responders: [{role: analyst}]
      water-board: [{role: viewer, organisation: water.example}]

The client's secret is in ALPHEUS_OIDC_SECRET.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import yaml

from alpheus.errors import UsageError
from alpheus.web.access.oidc import check_library, is_private
from alpheus.web.access.roles import Grant, Role
from alpheus.web.settings import Oidc

SECRET = "ALPHEUS_OIDC_SECRET"  # noqa: S105 - the name of a variable
_LARGEST = 1 << 20


class _Grant(msgspec.Struct, forbid_unknown_fields=True):
    role: str
    organisation: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    issuer: str
    client: str
    name_claim: str = "preferred_username"
    roles_claim: str = "groups"
    roles: dict[str, list[_Grant]] = {}


def read_oidc(path: Path) -> Oidc:
    """Read the file. Raises UsageError with the file and the remedy."""
    check_library()
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    if len(content) > _LARGEST:
        raise UsageError(f"{path}: is larger than {_LARGEST:,} bytes")
    try:
        found: Any = yaml.safe_load(content)
        file = msgspec.convert(found, type=_File)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error
    if not is_private(file.issuer) or "?" in file.issuer or "#" in file.issuer:
        raise UsageError(
            f"{path}: issuer: {file.issuer}: is no address such as https://login.example"
        )
    secret = os.environ.get(SECRET, "")
    if not (secret and file.client):
        raise UsageError(f"{path}: name the client, and set {SECRET} to its secret")
    roles = {group: tuple(_grant(path, group, one) for one in given)
             for group, given in file.roles.items()}  # fmt: skip
    return Oidc(file.issuer, file.client, secret, file.name_claim, file.roles_claim, roles)


def _grant(path: Path, group: str, one: _Grant) -> Grant:
    if one.role not in set(Role):
        raise UsageError(f"{path}: roles: {group}: '{one.role}' is none of {', '.join(Role)}")
    if one.role == Role.CONSTITUENT and not one.organisation:
        raise UsageError(f"{path}: roles: {group}: a constituent belongs to an organisation")
    return Grant(Role(one.role), one.organisation)
