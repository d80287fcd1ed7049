"""What several answers say together."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.claims import Claims, family_of, hear
from alpheus.exposure.model import Answer, ProbeKind, Witness
from alpheus.exposure.read_answer import (
    FRONT_END,
    MANIFEST,
    MANY_BUILDS,
    MOST_SAID,
    OWA_VERSION,
    PAGE,
)

CU, OLD, NEW = "15.1.2176", "15.1.2176.4", "15.1.2176.9"


def _says(server: str, *builds: str, source: str = "", probe: ProbeKind = ProbeKind.OWA) -> Answer:
    words = tuple(
        Witness(source or (OWA_VERSION if build.count(".") == 3 else PAGE), build)
        for build in builds
    )
    signs = (FRONT_END,) if server else ("sign",)
    return Answer(probe, "h", 200, witnesses=words, signs=signs, servers=(server,) * bool(server))


def _members(claims: Claims) -> list[tuple[str, bool]]:
    return [(witness.build, at_least) for witness, at_least in claims.members]


def test_one_server_has_one_build() -> None:
    """The header and the page of the same update agree; the exact one counts."""
    claims = hear([_says("EX01", NEW), _says("ex01", CU)])
    assert _members(claims) == [(NEW, False)]
    assert (claims.servers, claims.unseen, claims.contradiction) == (("EX01",), (), ())
    assert not claims.mixed


def test_answers_without_a_name_are_taken_together() -> None:
    """Where nothing shows a second server there is one."""
    claims = hear([_says(""), _says("", CU), _says("", NEW, source=MANIFEST)])
    assert _members(claims) == [(NEW, True)]


def test_two_front_ends_are_a_pool() -> None:
    """Each has its own build; one that says none is unseen."""
    mixed = hear([_says("EX01", NEW), _says("EX02", OLD)])
    assert mixed.mixed
    assert _members(mixed) == [(NEW, False), (OLD, False)]
    assert mixed.servers == ("EX01", "EX02")
    unseen = hear([_says("EX01", NEW), _says("EX02")])
    assert (unseen.unseen, unseen.mixed) == (("EX02",), False)


def test_a_front_end_that_says_three_parts_is_a_member_of_its_own() -> None:
    """Another server's exact build says nothing of it."""
    claims = hear([_says("EX01", NEW), _says("EX02", CU)])
    assert _members(claims) == [(NEW, False), (CU, False)]
    assert not claims.mixed


def test_builds_without_names_that_differ_are_a_pool() -> None:
    """Headers may be stripped of names and still come from several servers."""
    claims = hear([_says("", NEW), _says("", OLD), _says("", CU)])
    assert claims.mixed
    assert _members(claims) == [(NEW, False), (OLD, False)]
    half = hear([_says("EX01", NEW), _says("", OLD)])
    assert half.mixed


def test_one_server_that_says_two_things_contradicts_itself() -> None:
    """In one answer, in several, in header against page, and in a manifest that is ahead."""
    for answers in (
        [_says("EX01", NEW, "15.2.721")],
        [_says("EX01", NEW), _says("EX01", OLD)],
        [_says("", NEW), _says("", "15.0.1497")],
        [_says("EX01", OLD), _says("EX01", NEW, source=MANIFEST)],
        [_says("", NEW, OLD)],
    ):
        assert hear(answers).contradiction
    assert not hear([_says("EX01", NEW), _says("EX01", OLD, source=MANIFEST)]).contradiction


def test_more_than_any_server_says_is_left_out_and_told() -> None:
    """In one answer by its doubt, in several by their number: a contradiction, whatever is kept."""
    doubted = replace(_says("EX01", NEW, CU), doubts=(MANY_BUILDS,))
    assert hear([doubted]).left_out
    assert hear([doubted]).contradiction == (NEW, CU)
    assert hear([_says("EX02", OLD), doubted]).left_out
    many = [_says("EX01", *[f"15.1.2176.{n + 7 * k}" for n in range(7)]) for k in range(8)]
    for answers in (many, [replace(one, servers=(), signs=("sign",)) for one in many]):
        claims = hear(answers)
        assert claims.left_out
        assert len(claims.contradiction) == MOST_SAID
    assert not hear([_says("EX01", NEW, "15.2.721")]).left_out


def test_lower_bounds_that_differ_give_the_lowest() -> None:
    """Two manifests of one family, without names, may be two servers."""
    claims = hear([_says("", NEW, source=MANIFEST), _says("", OLD, source=MANIFEST)])
    assert _members(claims) == [(OLD, True)]


def test_the_back_end_is_heard() -> None:
    """It has no front end's name; a build that differs is another server's."""
    same = hear([_says("EX01", CU), _says("", NEW, probe=ProbeKind.BACK_END)])
    assert _members(same) == [(NEW, False)]
    other = hear([_says("EX01", NEW), _says("", OLD, probe=ProbeKind.BACK_END)])
    assert other.mixed


def test_family() -> None:
    """The first three parts."""
    assert family_of(NEW) == family_of(CU) == CU


_SAID = st.builds(
    lambda server, builds, manifest: _says(server, *builds, source=MANIFEST * manifest),
    st.sampled_from(["", "EX01", "EX02", "ex01"]),
    st.lists(st.sampled_from([CU, OLD, NEW, "15.0.1497", "15.0.1497.12"]), max_size=2),
    st.booleans(),
)


@given(st.lists(_SAID, min_size=1, max_size=5))
def test_nothing_that_was_said_is_lost(answers: list[Answer]) -> None:
    """Every family that was named is a member's, or part of a contradiction."""
    claims = hear(answers)
    said = {family_of(w.build) for answer in answers for w in answer.witnesses}
    kept = {family_of(w.build) for w, _ in claims.members}
    assert said <= kept | {family_of(build) for build in claims.contradiction}
