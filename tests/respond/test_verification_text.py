"""The sentence that matters comes first."""

from __future__ import annotations

import io

import msgspec
import pytest

from alpheus.respond.verification import Fate, Item, Outcome, Verification
from alpheus.respond.verification_open import Unshown
from alpheus.respond.verification_text import MOST, by_word, sentence, write_verification
from alpheus.respond.verification_unlisted import Change, Unlisted


def _found(outcome: Outcome, *items: Item, uncovered: tuple[str, ...] = ()) -> Verification:
    return Verification(
        server="MX01", since="2021-03-12T00:00:00Z", assessment="0" * 64, outcome=outcome,
        files=outcome, items=items, uncovered=uncovered,
    )  # fmt: skip


@pytest.mark.parametrize(("outcome", "words"), [
    (Outcome.CLEAN, "is verified clean"), (Outcome.UNCOVERED, "cannot be called clean yet"),
    (Outcome.LEFT, "is not clean"), (Outcome.BACK, "attacked again"),
])  # fmt: skip
def test_each_answer_is_a_sentence(outcome: Outcome, words: str) -> None:
    """Of one server."""
    assert sentence(_found(outcome)).startswith("MX01 ")
    assert words in sentence(_found(outcome))


def test_the_first_sign_is_in_it() -> None:
    """Where there is a time."""
    items = (Item(Fate.NEW, "r", "t", time="2021-03-15T00:00:00Z"),
             Item(Fate.BACK, "r", "t", time="2021-03-13T00:00:00Z"))  # fmt: skip
    assert "2021-03-13T00:00:00Z" in sentence(_found(Outcome.BACK, *items))
    assert "a file" in sentence(_found(Outcome.BACK, Item(Fate.BACK, "r", "t", "x.aspx")))


def test_what_was_not_covered_stands_before_what_is_gone() -> None:
    """Worst first: what is there or came back, then the rest; few of many; no cursor is moved."""
    items = [Item(Fate.GONE, "r", f"t{n}", "x\x1b.aspx") for n in range(MOST + 5)]
    stream = io.StringIO()
    write_verification(
        _found(Outcome.UNCOVERED, *items, Item(Fate.LEFT, "r", "left"), uncovered=("httpproxy",)),
        stream,
    )
    text = stream.getvalue()
    assert text.index("Still there") < text.index("Not covered") < text.index("Gone (25)")
    assert text.count("x{ESC}.aspx") == MOST
    assert all(len(line) <= 80 for line in text.splitlines())


def test_clean_says_what_was_not_compared_and_what_shows_the_folders() -> None:
    """A file that no rule knows is not among what was found; said once, where files are clean."""
    clean = msgspec.structs.replace(_found(Outcome.CLEAN), shown_by=("c:/x: by the $MFT",))
    for found, told in ((clean, True), (_found(Outcome.LEFT), False)):
        stream = io.StringIO()
        write_verification(found, stream)
        words = " ".join(stream.getvalue().split())
        assert ("What was found is compared, not every file" in words) is told
        assert ("What shows the folders - c:/x: by the $MFT" in words) is told


def test_clean_is_said_of_files_and_what_is_not_is_listed() -> None:
    """By what is to be done, and by name; an open entrance is told in the sentence."""
    found = msgspec.structs.replace(
        _found(Outcome.CLEAN), by_word=True,
        unshown=(Unshown("Switch off accounts.", ("An account was made",), ("helpdesk7",)),),
    )  # fmt: skip
    stream = io.StringIO()
    write_verification(found, stream)
    text = stream.getvalue()
    assert "is verified clean for what lies in files; 1 thing is not shown by evidence." in text
    assert "  - Switch off accounts.\n    names: helpdesk7\n    because: An account" in text
    assert "caller's word" in text
    entrance = msgspec.structs.replace(_found(Outcome.UNCOVERED), way_in=("vulnerable",))
    assert sentence(entrance) == "MX01 cannot be called clean yet: the way in is open."


def test_pages_that_no_rule_knows_are_listed() -> None:
    """As they were, or right by somebody's word; the others stand under what is not covered."""
    pages = tuple(Unlisted(change, f"C/{change}.aspx", "0" * 64) for change in Change)
    stream = io.StringIO()
    write_verification(msgspec.structs.replace(_found(Outcome.CLEAN), pages=pages), stream)
    words = stream.getvalue()
    assert "right by somebody's word (1)\n  - C/own.aspx" in words
    assert "as they were (1)\n  - C/same.aspx" in words
    assert "C/new.aspx" not in words


def test_flaws_with_one_remedy_are_told_once() -> None:
    """A server that is years behind has a dozen; each sentence says what closes it."""
    flaws = tuple(f"the server is vulnerable to CVE-2021-{n} (install CU23)" for n in (1, 2, 3))
    other = "the server is vulnerable to CVE-2021-9 (install the update)"
    stream = io.StringIO()
    write_verification(
        msgspec.structs.replace(_found(Outcome.UNCOVERED), way_in=(*flaws, other, "odd")), stream
    )
    words = " ".join(stream.getvalue().split())
    assert (
        "- the server is vulnerable to CVE-2021-1, CVE-2021-2, CVE-2021-3 (install CU23)" in words
    )
    assert words.count("install CU23") == 1
    assert f"- {other}" in words
    assert "- odd" in words


def test_what_is_not_covered_of_files_need_not_be_a_folder() -> None:
    """It may be a page that somebody must look at."""
    stream = io.StringIO()
    write_verification(_found(Outcome.UNCOVERED), stream)
    assert "Files: not shown to be clean; what is missing stands below." in stream.getvalue()


def test_all_that_is_taken_on_somebodys_word_is_said_for_the_record() -> None:
    """Whose evidence it is, that it was renamed, whole folders, and pages that are right."""
    pages = tuple(Unlisted(change, f"C/{change}.aspx", "0" * 64) for change in Change)
    shown = ("c:/x: by the $MFT", "c:/y: by word of the operator: --complete c:/y")
    found = msgspec.structs.replace(
        _found(Outcome.CLEAN), by_word=True, renamed="MX01 is called MX02 now", pages=pages,
        shown_by=shown,
    )  # fmt: skip
    told = list(by_word(found))
    assert told[1:3] == ["That MX01 is called MX02 now is taken on the caller's word.", shown[1]]
    assert told[3] == f"by word of the operator, a page is right: C/own.aspx (SHA-256 {'0' * 64})"
    assert len(told) == 4
    assert list(by_word(_found(Outcome.CLEAN))) == []
    stream = io.StringIO()
    write_verification(found, stream)
    assert told[1] in stream.getvalue()


def test_until_when_is_said() -> None:
    """And where folders were collected before the logs end, what to bring.

    Nothing is said of a time before the clean-up.
    """
    early = msgspec.structs.replace(_found(Outcome.UNCOVERED), until="2021-03-11T00:00:00Z")
    stream = io.StringIO()
    write_verification(early, stream)
    assert "Seen until" not in stream.getvalue()
    for listed, more in (("", False), ("2021-03-14T00:00:00Z", True)):
        stream = io.StringIO()
        write_verification(msgspec.structs.replace(
            _found(Outcome.CLEAN), until="2021-03-14T00:00:00Z", listed=listed
        ), stream)  # fmt: skip
        words = " ".join(stream.getvalue().split())
        assert "Seen until 2021-03-14T00:00:00Z." in words
        assert ("bring those of the newest collection as well" in words) is more
