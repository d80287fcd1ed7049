"""What is installed is tried first, as a triage would use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import BundleError
from alpheus.knowledge.installed import installed
from alpheus.updates.install import install
from updates.bundles import Desk, new_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A publisher who has published one pack, and is trusted."""
    desk = new_desk(tmp_path)
    desk.trust(desk.publish(desk.pack()))
    return desk


def test_what_works_is_installed(desk: Desk) -> None:
    """A pack that loads and compiles passes the trial."""
    install(str(desk.bundle), desk.place)
    assert [one.id for one in installed(desk.place).packs] == ["test-event"]


def test_a_rule_that_does_not_compile_is_found(desk: Desk) -> None:
    """A rule in the right form whose condition means nothing is told; nothing counts."""
    folder = desk.pack()
    rule = folder / "sigma" / "request.yml"
    rule.write_text(rule.read_text("utf-8").replace("condition: selection", "condition: other"),
                    "utf-8")  # fmt: skip
    desk.publish(folder)
    with pytest.raises(BundleError, match=r"it cannot be used: packs/test-event/sigma/request"):
        install(str(desk.bundle), desk.place)
    assert installed(desk.place).packs == ()
