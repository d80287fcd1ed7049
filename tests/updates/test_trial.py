"""What is installed is tried first, as a triage would use it."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from alpheus.engine import bounds
from alpheus.errors import BundleError
from alpheus.knowledge.installed import installed
from alpheus.updates import trial
from alpheus.updates.install import install
from updates.bundles import Desk, new_desk, state_of


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


def test_texts_that_cannot_be_read_are_found(desk: Desk) -> None:
    """They would be missing only where somebody reads in that language."""
    folder = desk.pack()
    (folder / "texts").mkdir()
    (folder / "texts" / "de.csv").write_text("text,said\nno more\n", "utf-8")
    with pytest.raises(BundleError, match=r"it cannot be used: packs/test-event/texts/de\.csv:2"):
        desk.publish(folder)
        install(str(desk.bundle), desk.place)
    assert installed(desk.place).packs == ()


def test_no_code_of_the_current_folder_is_run(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever installs in the folder of a stick must not run what lies there under our names."""
    hostile = tmp_path / "stick"
    (hostile / "alpheus").mkdir(parents=True)
    ran = tmp_path / "ran"
    for name in ("alpheus/__init__", "msgspec", "yaml", "json", "re", "sitecustomize"):
        (hostile / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write({name!r})\n", "utf-8")
    monkeypatch.chdir(hostile)
    install(str(desk.bundle), desk.place)
    assert not ran.exists()
    assert [one.id for one in installed(desk.place).packs] == ["test-event"]


def test_what_takes_too_long_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that never ends loading is told as any other that is refused."""
    monkeypatch.setattr(trial, "_SECONDS", 0.001)
    with pytest.raises(BundleError, match=r"it cannot be used: loading it takes more than"):
        install(str(desk.bundle), desk.place)
    assert not [name for name in state_of(desk.place) if not name.startswith("trust/")]


def test_what_takes_too_much_memory_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would end every triage on a small machine, or the machine itself."""
    monkeypatch.setattr(trial, "_MEMORY", 24 << 20)
    with pytest.raises(BundleError, match=r"it cannot be used: loading it takes more than 24 MiB"):
        install(str(desk.bundle), desk.place)
    assert installed(desk.place).packs == ()


@pytest.mark.parametrize(
    ("error", "is_that"),
    [
        (MemoryError(), True), (OSError(errno.ENOMEM, "no more"), True),
        (ImportError("x.so: failed to map segment from shared object"), True),
        (RuntimeError("can't start new thread"), True),
        (OSError(errno.ENOENT, "no such file"), False), (ImportError("no module x"), False),
    ],
)  # fmt: skip
def test_a_lack_of_memory_is_known_by_what_whoever_asked_for_it_says(
    error: Exception, is_that: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library, a folder or a thread may be what there was no room for; all else is a fault."""

    def load() -> None:
        raise error

    monkeypatch.setattr(trial, "_load", load)
    monkeypatch.setattr(bounds, "bound", lambda **_: None)
    monkeypatch.setattr(sys, "argv", ["trial", str(5 << 20)])
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - which one is asked below
        trial.main()
    told = "loading it takes more than 5 MiB of memory"
    assert (str(raised.value) == told) is is_that
    assert (raised.value is error) is not is_that
