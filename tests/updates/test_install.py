"""Installing a bundle: what is accepted, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus.errors import BundleError, OutputError, UsageError
from alpheus.knowledge.installed import VARIABLE, installed
from alpheus.knowledge.packs import load_packs, pack_ids
from alpheus.updates import install as module
from alpheus.updates.install import install, remove
from updates.bundles import PASSPHRASE, Desk, edit_json, new_desk, state_of


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial in a process of its own has its own test."""
    monkeypatch.setattr(module, "try_out", lambda *_: None)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One publisher, trusted, with one bundle of one pack."""
    desk = new_desk(tmp_path)
    desk.trust(desk.publish(desk.pack()))
    return desk


def test_a_pack_is_installed_and_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a trusted bundle holds is among the packs of the next run, with publisher and hash."""
    found = install(str(desk.bundle), desk.place)
    monkeypatch.setenv(VARIABLE, str(desk.place))
    assert [(one.name, one.before, one.after) for one in found.changes] == [
        ("test-event", "", "1.0.0")
    ]
    assert "test-event" in pack_ids()
    (pack,) = load_packs(["test-event"])
    assert [rule.document["title"] for rule in pack.sigma] == ["A request of the tests"]
    (held,) = installed(desk.place).packs
    assert (held.publisher, len(held.sha256)) == ("cert", 64)


def test_a_pack_stands_in_for_the_one_that_ships(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed pack of the same id counts, and after its removal the one that ships does."""
    desk.publish(desk.pack("iis-webshell", "99.1"))
    install(str(desk.bundle), desk.place)
    monkeypatch.setenv(VARIABLE, str(desk.place))
    assert load_packs(["iis-webshell"])[0].version == "99.1"
    remove(["iis-webshell"], desk.place)
    assert load_packs(["iis-webshell"])[0].version != "99.1"


def test_twice_changes_nothing(desk: Desk) -> None:
    """The same bundle again is no change."""
    install(str(desk.bundle), desk.place)
    assert install(str(desk.bundle), desk.place).changes == ()


def test_a_newer_state_replaces_the_older(desk: Desk) -> None:
    """Packs that a newer state has no more are gone; others are in their new version."""
    desk.publish(desk.pack(), desk.pack("second"))
    install(str(desk.bundle), desk.place)
    desk.publish(desk.pack(version="1.1.0"))
    found = install(str(desk.bundle), desk.place)
    assert [(one.name, one.before, one.after) for one in found.changes] == [
        ("second", "1.0.0", ""), ("test-event", "1.0.0", "1.1.0"),
    ]  # fmt: skip


def test_publishers_do_not_touch_each_other(desk: Desk, tmp_path: Path) -> None:
    """A bundle of one publisher leaves what another one has installed, and cannot take its name."""
    install(str(desk.bundle), desk.place)
    other = new_desk(tmp_path / "other")
    made = other.publish(other.pack("second"))
    Desk.trust(Desk(tmp_path), made, "ministry")
    install(str(other.bundle), desk.place, "ministry")
    assert {one.id for one in installed(desk.place).packs} == {"second", "test-event"}
    other.publish(other.pack("test-event"))
    before = state_of(desk.place)
    with pytest.raises(BundleError, match="test-event is installed from cert already"):
        install(str(other.bundle), desk.place, "ministry")
    assert state_of(desk.place) == before


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n" * 1_000_000)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


_FILES = ("metadata/timestamp.json", "metadata/3.snapshot.json", "metadata/3.targets.json",
          "targets/*.index.json", "targets/packs/*.zip")  # fmt: skip


@pytest.mark.parametrize("file", _FILES)
@pytest.mark.parametrize("harm", [_cut, _grow, _flip, Path.unlink])
def test_a_harmed_bundle_is_refused(desk: Desk, file: str, harm: Callable[[Path], None]) -> None:
    """Changed, cut off, enlarged or missing, at any file: one clear line, and nothing changed."""
    install(str(desk.bundle), desk.place)
    desk.publish(desk.pack(version="1.1.0"))
    shutil.rmtree(desk.bundle / "targets")
    desk.publish(desk.pack(version="1.2.0"))
    before = state_of(desk.place)
    (target,) = desk.bundle.glob(file)
    harm(target)
    with pytest.raises(BundleError) as told:
        install(str(desk.bundle), desk.place)
    assert "\n" not in str(told.value)
    assert file.rpartition("*")[2].rpartition("/")[2] in str(told.value)
    assert state_of(desk.place) == before


@pytest.mark.parametrize("file", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
def test_unsigned_words_are_refused(desk: Desk, file: str) -> None:
    """Metadata that was written anew without the keys is not the publisher's."""
    edit_json(desk.bundle / "metadata" / file, {"expires": "2099-01-01T00:00:00Z"})
    with pytest.raises(BundleError, match=r"not signed by cert|not as it was signed"):
        install(str(desk.bundle), desk.place)


def test_an_older_bundle_is_refused(desk: Desk) -> None:
    """A roll-back: a bundle that was genuine once, held out after a newer one was installed."""
    old = desk.copy("old")
    desk.publish(desk.pack(version="1.1.0"))
    install(str(desk.bundle), desk.place)
    before = state_of(desk.place)
    with pytest.raises(BundleError, match="older than what is installed"):
        install(str(old), desk.place)
    assert state_of(desk.place) == before


def test_parts_of_an_older_bundle_are_refused(desk: Desk) -> None:
    """A mix: the timestamp of now with the packs of then."""
    old = desk.copy("old")
    desk.publish(desk.pack(version="1.1.0"))
    shutil.copy(desk.bundle / "metadata/timestamp.json", old / "metadata/timestamp.json")
    shutil.copy(old / "metadata/1.snapshot.json", old / "metadata/2.snapshot.json")
    with pytest.raises(BundleError):
        install(str(old), desk.place)


def test_a_bundle_beyond_its_date_is_refused(desk: Desk) -> None:
    """A freeze: what a publisher has not confirmed for longer than it said may be outdated."""
    desk.publish(desk.pack(), days=3, now=datetime.now(UTC) - timedelta(days=10))
    with pytest.raises(BundleError, match="its word has ended"):
        install(str(desk.bundle), desk.place)


def test_another_publishers_bundle_is_refused(desk: Desk, tmp_path: Path) -> None:
    """The root that was trusted decides, not the one in the bundle."""
    other = new_desk(tmp_path / "other")
    other.publish(other.pack())
    with pytest.raises(BundleError):
        install(str(other.bundle), desk.place)


def test_a_name_that_leads_out_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a signed index names files of the bundle alone."""
    from alpheus.updates import publish  # noqa: PLC0415 - to make what it would not make

    class Bad(publish.Index):
        pass

    monkeypatch.setattr(
        publish.msgspec.json, "encode",
        lambda _: json.dumps({"format": 1, "packs": [
            {"id": "../../x", "version": "1", "target": "packs/test-event-1.0.0.zip"}]}).encode(),
    )  # fmt: skip
    desk.publish(desk.pack())
    monkeypatch.undo()
    monkeypatch.setattr(module, "try_out", lambda *_: None)
    with pytest.raises(BundleError, match=r"index\.json"):
        install(str(desk.bundle), desk.place)


def test_a_later_form_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle of a form that this program does not know says which remedy there is."""
    from alpheus.updates import publish  # noqa: PLC0415 - as above

    monkeypatch.setattr(publish, "FORMAT", 2)
    desk.publish(desk.pack())
    with pytest.raises(BundleError, match="use a newer Alpheus"):
        install(str(desk.bundle), desk.place)


def test_a_broken_pack_is_refused(desk: Desk) -> None:
    """A pack that is signed and wrong is refused with file and place; the old one stays."""
    install(str(desk.bundle), desk.place)
    before = state_of(desk.place)
    from alpheus.updates import publish  # noqa: PLC0415 - as above

    folder = desk.pack(version="2.0.0")
    good = publish.read_whole_pack(folder)
    (folder / "sigma" / "request.yml").write_text("title: [", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "read_whole_pack", lambda _: good)
        desk.publish(folder)
    with pytest.raises(BundleError, match=r"sigma/request\.yml"):
        install(str(desk.bundle), desk.place)
    assert state_of(desk.place) == before


def test_a_new_key_is_followed(desk: Desk) -> None:
    """Users go over to renewed keys by themselves, over a root that the old key signed, too."""
    from alpheus.updates.signing_keys import renew_key  # noqa: PLC0415 - as above

    install(str(desk.bundle), desk.place)
    for role in ("root", "targets", "online"):
        renew_key(desk.keys, role, PASSPHRASE)
    desk.publish(desk.pack(version="3.0.0"))
    assert install(str(desk.bundle), desk.place).changes[0].after == "3.0.0"


def test_nobody_is_trusted_by_itself(tmp_path: Path) -> None:
    """Without a trusted publisher nothing is installed, and the message says how to trust one."""
    desk = new_desk(tmp_path)
    desk.publish(desk.pack())
    with pytest.raises(UsageError, match="alpheus pack trust"):
        install(str(desk.bundle), desk.place)


def test_what_is_not_installed_cannot_be_removed(desk: Desk) -> None:
    """The message says what is installed."""
    install(str(desk.bundle), desk.place)
    with pytest.raises(UsageError, match="installed: test-event"):
        remove(["proxylogon"], desk.place)


def test_a_full_disk_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room, that is one line, and the state before stays in use."""
    install(str(desk.bundle), desk.place)
    desk.publish(desk.pack(version="1.1.0"))
    before = state_of(desk.place)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "unpack", full)
    with pytest.raises(OutputError, match=r"No space left on device; nothing was installed"):
        install(str(desk.bundle), desk.place)
    assert state_of(desk.place) == before
