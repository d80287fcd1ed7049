"""Pages in web folders that no rule knows: new and changed ones are looked at first."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.report.assessment_file import Server
from alpheus.respond.verification_listing import Listing, place_of
from alpheus.respond.verification_looked import Looked
from alpheus.respond.verification_unlisted import (
    NOT_COMPARED,
    Change,
    Unlisted,
    cut_off,
    how_compared,
    to_look_at,
    unlisted_of,
)
from clean_assessments import read_server

ROOT = "C/inetpub/wwwroot"
OWN = "C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/logon.aspx"
BUILD = {"value": "15.1.2176.9", "precision": 4}


def _server(*pages: tuple[str, str], total: int = 0, **more: Any) -> Server:
    files = [{"path": path, "sha256": digest * 64} for path, digest in pages]
    told = {"read": 9, "total": total or len(files), "files": files}
    return read_server("A", **{"pages": told, **more})


def _compared(
    before: Server, after: Server, *found: str, own: tuple[str, ...] = (),
    suspect: tuple[str, ...] = (),
) -> list[tuple[Change, str]]:  # fmt: skip
    looked = Looked([Listing("E1", {"c:/inetpub/wwwroot": {"a.aspx"}})])
    pages = unlisted_of(before, after, found, looked, own=own, suspect=suspect)
    return [(one.change, one.path) for one in pages]


def test_new_and_changed_pages_are_told_and_others_as_they_were() -> None:
    """By place and hash, in any case of letters; only in folders that are served."""
    before = _server((f"{ROOT}/A.aspx", "1"), (f"{ROOT}/b.aspx", "2"), (f"{ROOT}/gone.aspx", "3"))
    after = _server((f"{ROOT}/a.aspx", "1"), (f"{ROOT}/b.aspx", "9"), (f"{ROOT}/c.aspx", "4"),
                    (f"{ROOT}/found.aspx", "5"), ("C/backup/d.aspx", "6"))  # fmt: skip
    assert _compared(before, after, "c:/inetpub/wwwroot/found.aspx") == [
        (Change.NEW, f"{ROOT}/c.aspx"), (Change.CHANGED, f"{ROOT}/b.aspx"),
        (Change.SAME, f"{ROOT}/a.aspx"),
    ]  # fmt: skip


def test_a_page_that_is_right_by_somebodys_word_is_told_as_such() -> None:
    """By its hash, and that alone."""
    after = _server((f"{ROOT}/c.aspx", "4"), (f"{ROOT}/d.aspx", "5"))
    assert _compared(_server(), after, own=("4" * 64,)) == [
        (Change.NEW, f"{ROOT}/d.aspx"), (Change.OWN, f"{ROOT}/c.aspx"),
    ]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "told"), [
    (BUILD, BUILD, Change.CHANGED), (BUILD, BUILD | {"value": "15.1.2176.12"}, Change.UPDATED),
    (BUILD | {"precision": 3}, BUILD | {"precision": 3}, Change.UPDATED),
    (None, None, Change.UPDATED),
])  # fmt: skip
def test_pages_of_the_product_change_with_an_update_alone(
    before: dict[str, Any] | None, after: dict[str, Any] | None, told: Change
) -> None:
    """Where the very build is the same they must not; as they were they are nothing to tell.

    Where another build brought others they are not compared, and that is said with their number.
    """
    was, now = _server((OWN, "1"), build=before), _server((OWN, "2"), build=after)
    assert _compared(was, now) == [(told, OWN)]
    assert _compared(was, now, own=("2" * 64,)) == [(Change.OWN, OWN)]
    assert _compared(was, _server((OWN, "1"), build=after)) == []
    one = Unlisted(told, OWN, "2" * 64)
    assert bool(list(to_look_at([one]))) is (told is Change.CHANGED)
    is_said = "Not compared either: 1 of the product's own" in how_compared(was, now, [one])
    assert is_said is (told is Change.UPDATED)


def test_where_a_page_of_the_product_was_found_no_update_is_reason_enough() -> None:
    """Another content there is looked at, whatever the build: it may be another change to it."""
    was = _server((OWN, "1"), build=BUILD)
    now = _server((OWN, "2"), build=BUILD | {"value": "15.1.2507.58"})
    place = place_of(OWN)
    assert _compared(was, now, suspect=(place,)) == [(Change.CHANGED, OWN)]
    assert _compared(was, now, suspect=(place,), own=("2" * 64,)) == [(Change.OWN, OWN)]


def test_a_page_of_the_product_that_changed_again_since_an_update_is_told() -> None:
    """Collections of after the update beside each other: it brought one content, not two.

    Of before the update beside it there is none but the one that was; what is right is so by word.
    """
    now = BUILD | {"value": "15.1.2507.58"}
    was = _server((OWN, "1"), build=BUILD)
    later = _server((OWN, "2"), (OWN, "3"), build=now)
    assert _compared(was, later) == [(Change.CHANGED, OWN)] * 2
    assert _compared(was, _server((OWN, "1"), (OWN, "2"), build=now)) == [(Change.UPDATED, OWN)]
    assert _compared(was, _server((OWN, "2"), (OWN, "2"), build=now)) == [(Change.UPDATED, OWN)] * 2
    assert _compared(was, later, own=("2" * 64, "3" * 64)) == [(Change.OWN, OWN)] * 2


def test_where_pages_are_not_named_nothing_is_compared_and_that_is_said() -> None:
    """Assessments of older programs, and collections of logs."""
    named, silent = _server((f"{ROOT}/a.aspx", "1")), read_server("A")
    for before, after in ((silent, named), (named, silent)):
        assert _compared(before, after) == []
        assert how_compared(before, after) == NOT_COMPARED
    assert "whatever rules say" in how_compared(named, named)


def test_what_the_first_evidence_had_too_many_of_is_said() -> None:
    """Pages behind the last that it names may have been there."""
    before = _server((f"{ROOT}/b.aspx", "1"), total=3)
    after = _server((f"{ROOT}/a.aspx", "4"), (f"{ROOT}/c.aspx", "4"))
    assert _compared(before, after) == [(Change.NEW, f"{ROOT}/a.aspx")]
    assert f"behind {ROOT.lower()}/b.aspx are not" in how_compared(before, after)


def test_new_evidence_with_too_many_pages_hides_none() -> None:
    """Whoever puts thousands in front pushes others out of the list: then not all was compared."""
    before = _server((f"{ROOT}/b.aspx", "1"))
    after = _server(("C/a/1.aspx", "4"), total=3)
    assert list(cut_off(before, before)) == []
    (told,) = cut_off(before, after)
    assert told.startswith("3 pages are in no list, and 1 are named: those behind c/a/1.aspx")
    assert len(list(cut_off(_server((f"{ROOT}/b.aspx", "1"), total=2), after))) == 1
    assert list(cut_off(_server(("C/a/1.aspx", "4"), total=9), after)) == []


def test_a_flood_of_pages_is_counted() -> None:
    """The first are told with what to say of them, and how to say it of all at once."""
    pages = [Unlisted(Change.NEW, f"{number}.aspx", "0" * 64) for number in range(25)]
    told = list(to_look_at([*pages, Unlisted(Change.SAME, "x", ""), Unlisted(Change.OWN, "y", "")]))
    assert len(told) == 21
    assert told[0].endswith(f"say --page {'0' * 64}")
    assert told[-1].startswith("5 more such pages")


CODE = f"{ROOT}/bin/shop.dll"
OWN_CODE = "C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/bin/a.dll"


def _with_code(*code: tuple[str, str], total: int = 0, **more: Any) -> Server:
    files = [{"path": path, "sha256": digest * 64} for path, digest in code]
    told = {"read": 9, "total": 0, "files": [],
            "code": {"total": total or len(files), "files": files}}  # fmt: skip
    return read_server("A", pages=told, **more)


def test_code_beside_pages_is_compared_as_they_are() -> None:
    """New and changed assemblies and sources are looked at; those that are as they were are not."""
    was = _with_code((CODE, "1"), (f"{ROOT}/App_Code/a.cs", "2"), (f"{ROOT}/App_Code/b.cs", "3"))
    now = _with_code((CODE, "1"), (f"{ROOT}/App_Code/a.cs", "9"), (f"{ROOT}/bin/new.dll", "4"),
                     ("C/tools/bin/x.dll", "5"))  # fmt: skip
    assert _compared(was, now) == [
        (Change.NEW, f"{ROOT}/bin/new.dll"), (Change.CHANGED, f"{ROOT}/App_Code/a.cs"),
    ]  # fmt: skip
    assert _compared(was, now, own=("4" * 64, "9" * 64)) == [
        (Change.OWN, f"{ROOT}/App_Code/a.cs"), (Change.OWN, f"{ROOT}/bin/new.dll"),
    ]  # fmt: skip
    (told,) = to_look_at([Unlisted(Change.NEW, CODE, "4" * 64)])
    assert told.startswith(f"{CODE}: code that the first evidence does not have, and no rule")
    assert "so are assemblies in bin and sources" in how_compared(was, now)


def test_the_products_own_assemblies_change_with_an_update_alone() -> None:
    """As its pages do."""
    was = _with_code((OWN_CODE, "1"), build=BUILD)
    later = BUILD | {"value": "15.1.2507.58"}
    assert _compared(was, _with_code((OWN_CODE, "2"), build=BUILD)) == [(Change.CHANGED, OWN_CODE)]
    assert _compared(was, _with_code((OWN_CODE, "2"), build=later)) == [(Change.UPDATED, OWN_CODE)]


def test_code_that_an_older_assessment_does_not_name_is_not_compared() -> None:
    """And that is said; too many are told as of pages."""
    older, newer = _server((f"{ROOT}/a.aspx", "1")), _with_code((CODE, "1"))
    assert _compared(older, newer) == []
    assert "sources that no rule knows are not, because" in how_compared(older, newer)
    assert list(cut_off(older, newer)) == []
    many = _with_code((CODE, "1"), total=7)
    (told,) = cut_off(newer, many)
    assert told.startswith("7 assemblies and sources are in no list, and 1 are named")
    assert f"behind {CODE} are not" in how_compared(many, newer).replace(CODE.lower(), CODE)
