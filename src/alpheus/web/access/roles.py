"""Roles and what they allow; everything else is refused.

A role is granted for one organisation, or for all of them. Whoever has several grants may do in an
organisation what any of those that apply to it allows. Secrets are for who works on evidence, and
not for who lets notices go out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

EVERYWHERE = ""
"""The organisation of a grant for all of them."""


class Role(StrEnum):
    """From the least to the most."""

    CONSTITUENT = "constituent"
    """An organisation about itself: its own servers in plain words."""
    VIEWER = "viewer"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route asks for."""

    PUBLIC = "public"
    """Nobody has to be signed in."""
    SIGNED_IN = "signed-in"
    """Whoever is signed in, for what is one's own: language, password, signing out."""
    OWN = "own"
    """See one's own servers, in plain words, and answer about them."""
    SEE = "see"
    """See cases, campaign, notices and their history."""
    EXPORT = "export"
    WORK = "work"
    """Change cases: assign, note, close, merge, split; plan notices."""
    IMPORT = "import"
    """Take in lists and evidence; what comes in may be about anybody."""
    SEE_SECRETS = "see-secrets"
    """See an intruder's secret in clear; each look is taken down."""
    APPROVE = "approve"
    """Let a bulk of notices go out that somebody else has planned."""
    ADMINISTER = "administer"
    """Accounts, tokens, the audit log."""


_SEE = frozenset({Permission.SIGNED_IN, Permission.SEE, Permission.EXPORT})
_WORK = _SEE | {Permission.WORK, Permission.IMPORT, Permission.SEE_SECRETS}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.CONSTITUENT: frozenset({Permission.SIGNED_IN, Permission.OWN}),
    Role.VIEWER: _SEE,
    Role.ANALYST: _WORK,
    Role.APPROVER: (_WORK | {Permission.APPROVE}) - {Permission.SEE_SECRETS},
    Role.ADMIN: _WORK | {Permission.APPROVE, Permission.ADMINISTER},
}

ONLY_EVERYWHERE = frozenset({Permission.IMPORT, Permission.ADMINISTER})
"""What a grant for a single organisation never gives: its effects are not bounded by it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in an organisation (its key in cases), or everywhere."""

    role: Role
    organisation: str = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: an account, a token of one, or an organisation with its code.

    `name` is what is taken down as "who". `notice` is the reference by whose code an organisation
    signed in. `token` is the name of the token that was shown, '' in a browser.
    """

    account: int
    name: str
    grants: tuple[Grant, ...]
    language: str = ""
    theme: str = ""
    notice: str = ""
    token: str = ""

    def may(self, permission: Permission, organisation: str | None = None) -> bool:
        """Whether it is allowed: in an organisation, or, for None, in any at all.

        What has no known owner (organisation '') is for those with a role everywhere.
        """
        if permission is Permission.PUBLIC:
            return True
        return any(
            permission in ALLOWED[grant.role] and _applies(grant, permission, organisation)
            for grant in self.grants
        )

    def scope(self, permission: Permission) -> frozenset[str] | None:
        """The organisations in which it is allowed; None for all of them."""
        found = [one for one in self.grants if permission in ALLOWED[one.role]]
        if any(one.organisation == EVERYWHERE for one in found):
            return None
        return frozenset(
            one.organisation for one in found if _applies(one, permission, one.organisation)
        )


NOBODY = Person(0, "", ())
"""Who is not signed in."""


def strongest(grants: Iterable[Grant]) -> Role | None:
    """The strongest role of all."""
    order = list(Role)
    return max((one.role for one in grants), key=order.index, default=None)


def _applies(grant: Grant, permission: Permission, organisation: str | None) -> bool:
    if grant.organisation == EVERYWHERE:
        return True
    if permission in ONLY_EVERYWHERE:
        return False
    return organisation is None or grant.organisation == organisation
