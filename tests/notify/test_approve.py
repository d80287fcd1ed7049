"""An approval binds to what was seen, and to somebody else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from alpheus.errors import RefusedError
from alpheus.notify import approve
from alpheus.notify.model import Channel, Notice, Recipient, Rendered, Rung
from notices_filling import SETTINGS

NOTICE = Notice(1, 1, "A-222222", "k", "K", Recipient(Channel.EMAIL, Rung.CONTACT, "a@b.example"),
                "en", "TLP:AMBER", "vulnerable", False, (), "2021-03-10T00:00:00Z")  # fmt: skip
WORDS = Rendered("subject", "text", "html")


def test_whatever_a_reader_sees_changes_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipient, words, sender and templates; the same gives the same."""
    first = approve.digest_of(NOTICE, WORDS, SETTINGS)
    assert approve.digest_of(NOTICE, WORDS, SETTINGS) == first
    other = msgspec.structs.replace
    to = other(NOTICE.recipient, address="c@b.example")
    found = {
        first,
        approve.digest_of(other(NOTICE, recipient=to), WORDS, SETTINGS),
        approve.digest_of(NOTICE, other(WORDS, text="another"), SETTINGS),
        approve.digest_of(NOTICE, WORDS, other(SETTINGS, tlp="TLP:RED")),
    }
    monkeypatch.setattr(approve, "templates", lambda _: "")
    found.add(approve.digest_of(NOTICE, WORDS, SETTINGS))
    assert len(found) == 5


def test_a_digest_over_all_depends_on_each_and_on_their_order() -> None:
    """One notice more, less, or elsewhere is another batch."""
    found = {approve.digest_of_all(one) for one in (["a", "b"], ["b", "a"], ["a"], [])}
    assert len(found) == 4


def test_templates_have_a_digest() -> None:
    """Over what is in them."""
    assert len(approve.templates()) == 64


def test_words_of_ones_own_are_approved_too(tmp_path: Path) -> None:
    """Also where they stand in a file that a template takes in."""
    first, other = tmp_path / "a", tmp_path / "b"
    for folder, text in ((first, "call"), (other, "write")):
        folder.mkdir()
        (folder / "part.txt").write_text(text)
    found = {approve.templates(), approve.templates((first,)), approve.templates((other,))}
    assert len(found) == 3


def test_digests_are_compared() -> None:
    """Twelve characters will do; fewer would not tell batches apart."""
    digest = "0123456789abcdef" * 4
    approve.check_digest(" 0123456789AB\n", digest)
    for given in ("", "0123456789a", "1123456789ab", digest + "0"):
        with pytest.raises(RefusedError):
            approve.check_digest(given, digest)


def test_many_need_somebody_else() -> None:
    """Few do not; a name is the same however it is written."""
    approve.check_person("kim", "kim", 10, 10)
    approve.check_person("lou", "kim (account root)", 11, 10)
    approve.check_person("lou (account lou)", "kim (account root)", 11, 10)
    approve.check_person("lou (account root)", "kim (account root)", 10, 10)
    approve.check_person("lou", "kim", 11, 10)
    for who in ("kim", "KIM", " k i m ", "\uff2bim"):
        with pytest.raises(RefusedError, match="kim has planned these 11 notices"):
            approve.check_person(who, "kim", 11, 10)


def test_a_plan_in_slices_is_one_plan() -> None:
    """What somebody has approved of their own within a day counts; what others planned does not."""
    approve.check_person("kim", "kim", 4, 10, before=6)
    approve.check_person("lou", "kim", 4, 10, before=100)
    with pytest.raises(RefusedError, match="more than 10 in a day"):
        approve.check_person("kim", "kim", 5, 10, before=6)
    assert approve.is_own("Kim", "kim (account root)")
    assert approve.is_own("lou (account root)", "kim (account root)")
    assert not approve.is_own("lou", "kim (account root)")


@pytest.mark.parametrize(("who", "planner"), [
    ("lou (account root)", "kim (account root)"), ("lou (account root)", "root"),
    ("root", "kim (account root)"), ("lou (account x) (account root)", "kim (account Root)"),
])  # fmt: skip
def test_another_name_is_no_other_account(who: str, planner: str) -> None:
    """Whoever planned many under an account does not approve them under it by another name."""
    with pytest.raises(RefusedError, match="under the account that would approve them, root"):
        approve.check_person(who, planner, 11, 10)
