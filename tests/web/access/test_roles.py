"""Roles: what is allowed where."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.web.access.roles import (
    ALLOWED,
    ONLY_EVERYWHERE,
    Grant,
    Permission,
    Person,
    Role,
    strongest,
)

ROLES = st.sampled_from(list(Role))
KEYS = st.sampled_from(["", "a.example", "b.example"])
GRANTS = st.lists(st.builds(Grant, ROLES, KEYS), max_size=4).map(tuple)


def test_a_stronger_role_may_what_a_weaker_one_may() -> None:
    """From viewer on, each role allows what the one before allows; a constituent is apart.

    So are secrets: they are for who works on evidence, not for who lets notices go out.
    """
    secrets = {Permission.SEE_SECRETS}
    order = [ALLOWED[role] - secrets for role in Role if role is not Role.CONSTITUENT]
    assert {role for role in Role if ALLOWED[role] & secrets} == {Role.ANALYST, Role.ADMIN}
    assert all(low <= high for low, high in pairwise(order))
    assert Permission.SEE not in ALLOWED[Role.CONSTITUENT]


@given(GRANTS, st.sampled_from(list(Permission)), KEYS)
def test_nobody_may_more_than_a_grant_says(
    given_: tuple[Grant, ...], permission: Permission, organisation: str
) -> None:
    """Something is allowed in an organisation only by a grant for it, or for all."""
    person = Person(1, "p", given_)
    applying = [one for one in given_ if one.organisation in {"", organisation}]
    if permission in ONLY_EVERYWHERE:
        applying = [one for one in applying if one.organisation == ""]
    allowed = permission is Permission.PUBLIC or any(
        permission in ALLOWED[one.role] for one in applying
    )
    assert person.may(permission, organisation) is allowed


@given(GRANTS, st.sampled_from(list(Permission)))
def test_the_scope_holds_exactly_the_organisations_in_which_it_is_allowed(
    given_: tuple[Grant, ...], permission: Permission
) -> None:
    """A scope of None is everywhere, and what has no owner is in no bounded scope."""
    person = Person(1, "p", given_)
    scope = person.scope(permission)
    if permission is Permission.PUBLIC:
        return
    for key in ("a.example", "b.example", "c.example"):
        assert person.may(permission, key) is (scope is None or key in scope)
    if scope is not None:
        assert "" not in scope
        assert not person.may(permission, "")


@pytest.mark.parametrize(
    ("given_", "expected"),
    [((), None), ((Grant(Role.VIEWER), Grant(Role.APPROVER, "a.example")), Role.APPROVER)],
)
def test_the_strongest_role(given_: tuple[Grant, ...], expected: Role | None) -> None:
    """Of several, the one that stands last in the order of roles."""
    assert strongest(given_) is expected
