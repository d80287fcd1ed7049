"""One file, taken away and put back; another that takes its place in between."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alpheus.respond.journal import Kept
from alpheus.respond.metadata import Metadata
from alpheus.respond.removal import clear_away, exchange, lay_aside, new_name, put_back, take_away
from alpheus.respond.volume import AbsentPlaceError, RefusedPlaceError, Volume
from clean_work import killed_at

CONTENT = b"a page"
KNOWN = Metadata(size=6, mode=0o644, user=os.getuid(), group=os.getgid(), accessed=1, modified=2)
KEPT = Kept(1, "C", ("web", "x.aspx"), sha256(CONTENT).hexdigest(), ".alpheus-0.kept", KNOWN)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A volume with the page."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "x.aspx").write_bytes(CONTENT)
    return tmp_path


def _back(volume: Volume, kept: Kept = KEPT) -> tuple[str, ...]:
    """Put it back, as undo does."""
    aside = lay_aside(volume, kept, [CONTENT])
    if aside is None:
        return ()
    os.close(aside.number)
    put_back(volume, kept)
    return aside.left


def _names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "web").iterdir())


def test_away_and_back(root: Path) -> None:
    """Nothing else is left in the folder."""
    volume = Volume("C", root)
    take_away(volume, KEPT)
    assert _names(root) == []
    take_away(volume, KEPT)
    assert _back(volume) == ()
    assert _names(root) == ["x.aspx"]
    assert (root / "web" / "x.aspx").stat().st_mtime_ns == 2
    assert lay_aside(volume, KEPT, [CONTENT]) is None


@pytest.mark.parametrize("content", [b"swapped", b""])
def test_a_file_swapped_before_it_goes_gets_its_name_back(root: Path, content: bytes) -> None:
    """It is not the one that is in the vault."""
    (root / "web" / "x.aspx").write_bytes(content)
    with pytest.raises(RefusedPlaceError, match="another file"):
        take_away(Volume("C", root), KEPT)
    assert _names(root) == ["x.aspx"]
    assert (root / "web" / "x.aspx").read_bytes() == content


def test_a_link_in_its_place_stays_and_what_it_leads_to(root: Path) -> None:
    """Neither is touched."""
    (root / "else").write_bytes(CONTENT)
    (root / "web" / "x.aspx").unlink()
    (root / "web" / "x.aspx").symlink_to(root / "else")
    with pytest.raises(RefusedPlaceError, match="link"):
        take_away(Volume("C", root), KEPT)
    assert (root / "web" / "x.aspx").is_symlink()
    assert (root / "else").read_bytes() == CONTENT


def test_two_that_came_at_once_are_both_left(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Swapped, and the name taken again while it was looked at: both are there, and it is told."""
    real = os.rename

    def rename(*words: Any, **named: Any) -> None:
        (root / "web" / "x.aspx").write_bytes(b"swapped")
        real(*words, **named)
        (root / "web" / "x.aspx").write_bytes(b"again")

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(RefusedPlaceError, match=r"beside it as \.alpheus-0\.kept"):
        take_away(Volume("C", root), KEPT)
    assert (root / "web" / "x.aspx").read_bytes() == b"again"
    assert (root / "web" / ".alpheus-0.kept").read_bytes() == b"swapped"


def test_it_is_put_back_where_there_are_no_second_names(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as on FAT."""
    volume = Volume("C", root)
    take_away(volume, KEPT)

    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    _back(volume)
    assert _names(root) == ["x.aspx"]


def test_a_disk_that_is_full_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun is taken away again."""
    volume = Volume("C", root)
    take_away(volume, KEPT)

    def write(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space"):
        lay_aside(volume, KEPT, [CONTENT])
    assert _names(root) == []


def test_a_folder_that_is_gone_is_told(root: Path) -> None:
    """It is not made: whose rights should it have?"""
    volume = Volume("C", root)
    take_away(volume, KEPT)
    (root / "web").rmdir()
    with pytest.raises(AbsentPlaceError):
        lay_aside(volume, KEPT, [CONTENT])


def test_what_a_kill_left_between_the_look_and_the_deed_is_not_lost(root: Path) -> None:
    """Renamed aside, and not looked at: by undo it gets its name back, whatever it is."""
    volume, web = Volume("C", root), root / "web"
    (web / "x.aspx").rename(web / KEPT.aside)
    assert lay_aside(volume, KEPT, [CONTENT]) is None
    assert _names(root) == ["x.aspx"]
    (web / "x.aspx").write_bytes(b"swapped")
    (web / "x.aspx").rename(web / KEPT.aside)
    with pytest.raises(RefusedPlaceError, match="something else"):
        lay_aside(volume, KEPT, [CONTENT])
    assert (web / "x.aspx").read_bytes() == b"swapped"


def test_two_names_of_one_file_become_one(root: Path) -> None:
    """A run was killed after it gave the one, and before it took the other."""
    web = root / "web"
    (web / "x.aspx").write_bytes(b"swapped")
    (web / KEPT.aside).hardlink_to(web / "x.aspx")
    with pytest.raises(RefusedPlaceError, match="another file"):
        take_away(Volume("C", root), KEPT)
    assert _names(root) == ["x.aspx"]


GOOD = b"the product's own page"
EXCHANGED = Kept(1, "C", ("web", "x.aspx"), KEPT.sha256, KEPT.aside, KNOWN,
                 sha256(GOOD).hexdigest())  # fmt: skip


@pytest.mark.parametrize("good", ["", sha256(b"good").hexdigest()])
def test_two_names_that_a_killed_undo_left_both_go(root: Path, good: str) -> None:
    """It had given the file its name again, and not yet taken the one aside: nothing is left."""
    kept = msgspec.structs.replace(KEPT, good=good)
    os.link(root / "web" / "x.aspx", root / "web" / kept.aside)
    if good:
        exchange(Volume("C", root), kept, [b"good"])
    else:
        take_away(Volume("C", root), kept)
    assert _names(root) == (["x.aspx"] if good else [])
    assert not good or (root / "web" / "x.aspx").read_bytes() == b"good"


def test_the_products_own_takes_its_place_and_leaves_it_again(root: Path) -> None:
    """With the rights of the file before, and a time of its own; nothing else is in the folder."""
    volume, page = Volume("C", root), root / "web" / "x.aspx"
    page.chmod(0o600)
    for _ in range(2):
        exchange(volume, EXCHANGED, [GOOD])
        assert _names(root) == ["x.aspx"]
        assert page.read_bytes() == GOOD
    assert page.stat().st_mode & 0o777 == 0o644
    assert page.stat().st_mtime_ns > 10**18
    assert _back(volume, EXCHANGED) == ()
    assert _names(root) == ["x.aspx"]
    assert page.read_bytes() == CONTENT


@pytest.mark.parametrize("number", range(1, 17))
def test_an_exchange_killed_anywhere_goes_on_or_back(root: Path, number: int) -> None:
    """Whatever was left aside: the next run finishes either way, and nothing is left over."""
    for first, then in ((exchange, "on"), (exchange, "back"), (_put, "on"), (_put, "back")):
        volume, page = Volume("C", root), root / "web" / "x.aspx"
        page.write_bytes(CONTENT)
        if first is _put:
            exchange(volume, EXCHANGED, [GOOD])
        killed_at(number, lambda: first(volume, EXCHANGED, [GOOD]))  # type: ignore[operator] # noqa: B023
        if then == "on":
            clear_away(volume, EXCHANGED)
            exchange(volume, EXCHANGED, [GOOD])
        else:
            _back(volume, EXCHANGED)
        assert _names(root) == ["x.aspx"]
        assert page.read_bytes() == (GOOD if then == "on" else CONTENT)


def _put(volume: Volume, kept: Kept, _: object) -> None:
    _back(volume, kept)


def test_another_file_is_not_exchanged(root: Path) -> None:
    """It stays; so does one that has taken the place of the product's own since."""
    volume, page = Volume("C", root), root / "web" / "x.aspx"
    page.write_bytes(b"an administrator's")
    with pytest.raises(RefusedPlaceError, match="another file"):
        exchange(volume, EXCHANGED, [GOOD])
    assert _names(root) == ["x.aspx"]
    page.write_bytes(CONTENT)
    exchange(volume, EXCHANGED, [GOOD])
    page.write_bytes(b"an administrator's")
    with pytest.raises(RefusedPlaceError, match="something else"):
        lay_aside(volume, EXCHANGED, [CONTENT])
    assert _names(root) == ["x.aspx"]
    assert page.read_bytes() == b"an administrator's"


def test_names_aside_are_not_to_be_guessed() -> None:
    """And no server serves them as a page."""
    assert new_name() != new_name()
    assert new_name().endswith(".kept")
