"""From keys to an installed pack, as a publisher and an operator type it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.knowledge.installed import VARIABLE
from alpheus.updates import install as module
from updates.bundles import PASSPHRASE, Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A place for both; nothing is made yet."""
    monkeypatch.setattr(module, "try_out", lambda *_: None)
    monkeypatch.setenv("ALPHEUS_PUBLISHER_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "place"))
    return Desk(tmp_path)


def _run(capsys: pytest.CaptureFixture[str], *words: object, status: int = 0) -> str:
    assert main(["pack", *map(str, words)]) == status
    shown = capsys.readouterr()
    return shown.out if status == 0 else shown.err


def test_the_whole_way(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys, bundle, trust by fingerprint, installation, the next state, removal."""
    _run(capsys, "keys", desk.keys)
    made = _run(capsys, "bundle", desk.pack(), "--keys", desk.keys, "-o", desk.bundle)
    (fingerprint,) = re.findall(r"[0-9a-f]{64}", made)
    root = desk.bundle / "metadata" / "1.root.json"
    assert "Not trusted yet" in _run(capsys, "trust", root, "--name", "cert")
    assert _run(capsys, "trust") == "No publisher is trusted.\n"
    _run(capsys, "trust", root, "--name", "cert", "--fingerprint", "0" * 64, status=2)
    told = _run(capsys, "trust", root, "--name", "cert", "--fingerprint", fingerprint)
    assert "Trusted." in told
    assert fingerprint in _run(capsys, "trust")
    told = _run(capsys, "install", desk.bundle)
    assert "test-event 1.0.0: installed" in told
    assert "alpheus retriage --changed" in told
    _run(capsys, "bundle", desk.pack(version="1.1"), "--keys", desk.keys, "-o", desk.bundle)
    assert "test-event: 1.0.0 -> 1.1" in _run(capsys, "install", desk.bundle)
    assert "Nothing changed" in _run(capsys, "install", desk.bundle)
    assert "test-event 1.1: removed" in _run(capsys, "remove", "test-event")
    _run(capsys, "distrust", "cert")
    assert "no publisher is trusted" in _run(capsys, "install", desk.bundle, status=2)


def test_what_check_complains_about_is_not_signed(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A signature lends a pack weight; who wants it on a flawed one has to say so."""
    _run(capsys, "keys", desk.keys)
    folder = desk.pack()
    (folder / "playbook.md").unlink()
    (folder / "texts").mkdir()
    (folder / "texts" / "fr.csv").write_text("text,said\n", "utf-8")
    words = ("bundle", folder, "--keys", desk.keys, "-o", desk.bundle)
    told = _run(capsys, *words, status=2)
    assert re.fullmatch(r"alpheus: \S+playbook\.md:1: .* \(2 problems in all\); see alpheus pack "
                        r"check \S+, or sign it as it is with --unchecked\n", told)  # fmt: skip
    assert not desk.bundle.exists()
    assert "test-event 1.0.0" in _run(capsys, *words, "--unchecked")


def test_a_refusal_is_one_line(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A bundle that was changed on its way ends with one line and the status of evidence."""
    _run(capsys, "keys", desk.keys)
    desk.trust(desk.publish(desk.pack()))
    (archive,) = desk.bundle.glob("targets/packs/*.zip")
    archive.write_bytes(archive.read_bytes()[:-1])
    told = _run(capsys, "install", desk.bundle, status=3)
    assert told.count("\n") == 1
    assert "not as it was signed" in told


def test_a_key_is_renewed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The old one stays beside it."""
    _run(capsys, "keys", desk.keys)
    main(["pack", "keys", str(desk.keys), "--renew", "online"])
    assert "a new online key" in capsys.readouterr().err
    assert len(list(desk.keys.glob("online*.pem"))) == 2


def test_what_is_damaged_is_mended_by_the_commands(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A root and the state in use: told in one line each, and mended by the next command."""
    _run(capsys, "keys", desk.keys)
    desk.trust(desk.publish(desk.pack()))
    _run(capsys, "install", desk.bundle)
    (desk.place / "trust" / "other.json").write_bytes(b"")
    told = _run(capsys, "trust", status=3)
    assert told.count("\n") == 1
    assert "alpheus pack distrust other" in told
    _run(capsys, "distrust", "other")
    (desk.place / "current").write_bytes(b"\xff")
    assert main(["pack", "install", str(desk.bundle)]) == 0
    assert "went on from state 1" in capsys.readouterr().err
    assert re.search(r"^test-event .* 1 rules, from cert$", _run(capsys, "list"), re.MULTILINE)


def test_words_that_cannot_be(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A span that no calendar has; a folder that is not there, told by the name it was given."""
    with pytest.raises(SystemExit):
        main(["pack", "bundle", "--keys", "k", "-o", "b", "--days", "99999999"])
    assert "too long; give up to 36,500 days" in capsys.readouterr().err
    _run(capsys, "keys", desk.keys)
    desk.trust(desk.publish(desk.pack()))
    told = _run(capsys, "install", "nofolder", status=3)
    assert told.startswith("alpheus: nofolder: no such folder")
