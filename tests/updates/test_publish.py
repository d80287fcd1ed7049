"""Making a bundle, and its next state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus.errors import BundleError, KnowledgeError, UsageError
from alpheus.knowledge.tables import FOLDER
from alpheus.updates.signing_keys import renew_key
from updates.bundles import PASSPHRASE, Desk, new_desk, state_of


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A publisher who has keys."""
    return new_desk(tmp_path)


def test_states_are_counted(desk: Desk) -> None:
    """Each state has the next number; the root, and so the fingerprint, stays."""
    one, two = desk.publish(desk.pack()), desk.publish(desk.pack())
    assert (one.version, two.version) == (1, 2)
    assert one.fingerprint == two.fingerprint
    assert [path.name for path in (desk.bundle / "metadata").glob("*.root.json")] == ["1.root.json"]
    assert not list(desk.bundle.rglob("*.draft"))


def test_a_root_is_renewed_in_time(desk: Desk) -> None:
    """A root whose end is near is followed by the next one, as is one whose keys changed."""
    desk.publish(desk.pack(), now=datetime.now(UTC) - timedelta(days=700))
    desk.publish(desk.pack())
    renew_key(desk.keys, "online", PASSPHRASE)
    desk.publish(desk.pack())
    found = sorted(path.name for path in (desk.bundle / "metadata").glob("*.root.json"))
    assert found == ["1.root.json", "2.root.json", "3.root.json"]


def test_nobody_elses_bundle_is_written_on(desk: Desk, tmp_path: Path) -> None:
    """Other keys than those of the bundle are refused: nobody could follow."""
    desk.publish(desk.pack())
    other = Desk(new_desk(tmp_path / "other").folder)
    before = {path: path.read_bytes() for path in desk.bundle.rglob("*.json")}
    from alpheus.updates.publish import Contents, publish  # noqa: PLC0415 - with other keys

    with pytest.raises(BundleError, match="not those of the bundle's publisher"):
        publish(desk.bundle, Contents((desk.pack(),)), other.keys, PASSPHRASE)
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_wrong_is_told_before_anybody_gets_it(desk: Desk, tmp_path: Path) -> None:
    """Wrong packs and tables, and the same twice, are refused."""
    folder = desk.pack()
    with pytest.raises(UsageError, match="named already"):
        desk.publish(folder, folder)
    (folder / "pack.yaml").write_text("id: 7", "utf-8")
    with pytest.raises(KnowledgeError, match=r"pack\.yaml"):
        desk.publish(folder)
    (tmp_path / "unknown.csv").write_text("a,b\n", "utf-8")
    with pytest.raises(KnowledgeError, match="no table of this name"):
        desk.publish(tables=(tmp_path / "unknown.csv",))
    (tmp_path / "exchange_builds.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(KnowledgeError, match=r"exchange_builds\.csv: line 1: the column"):
        desk.publish(tables=(tmp_path / "exchange_builds.csv",))


def test_a_table_is_published_as_it_is(desk: Desk) -> None:
    """A table that ships may be published; it stands in the index under its name."""
    made = desk.publish(tables=(FOLDER / "exchange_builds.csv",))
    assert [one.name for one in made.tables] == ["exchange_builds.csv"]


def test_a_refused_bundle_leaves_nothing(desk: Desk) -> None:
    """Neither a root that somebody might trust, nor a draft; a bundle of before stays as it was."""
    bad = desk.pack("other-event")
    (bad / "run.py").write_text("print()", "utf-8")
    with pytest.raises(KnowledgeError, match=r"run\.py: a pack holds data alone"):
        desk.publish(bad)
    assert not desk.bundle.exists()
    desk.publish(desk.pack())
    renew_key(desk.keys, "online", PASSPHRASE)
    before = state_of(desk.bundle)
    with pytest.raises(KnowledgeError, match=r"run\.py"):
        desk.publish(desk.pack(), bad)
    assert state_of(desk.bundle) == before
