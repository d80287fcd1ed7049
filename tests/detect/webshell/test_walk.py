"""A package walked: what is read, judged, hashed, lost."""

from __future__ import annotations

import hashlib
import os
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.detect.server_pages import CONTENT_LIMIT
from alpheus.detect.webshell import walk as module
from alpheus.detect.webshell.baseline_file import BaselineEntry, read_baseline, write_baseline
from alpheus.detect.webshell.judges import Judges
from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason
from alpheus.detect.webshell.walk import Walk, WalkSettings
from alpheus.errors import EvidenceNotFoundError
from alpheus.evidence.base import Limits, OpenOptions
from alpheus.knowledge.baseline import Baseline
from alpheus.model import Skipped

PAGE = b'<%@ Page Language="C#" %><p>text</p>'


class Marked:
    """Judges by a word in the page, and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def judge(self, content: bytes, path: str, sha256: str) -> PageJudgement:
        """Malicious where the page says so; breaks where it says so."""
        self.seen.append(path)
        if b"break" in content:
            raise RuntimeError("broken")
        if b"bad" in content:
            reasons = (Reason("run", 1, "bad", 90),)
            return PageJudgement("?", sha256, 0, Judgement.MALICIOUS, 90, "hand", reasons)
        return PageJudgement("?", sha256, 0, Judgement.BENIGN, 0)


def _says(kind: str, points: int):
    def judge(content: bytes, path: str) -> list[Reason]:
        return [Reason(kind, None, path, points)] if b"bad" in content else []

    return judge


def _walk(**settings) -> Walk:
    judges = Judges(Marked(), _says("handler", 50), _says("assembly", 80))
    return Walk(judges, WalkSettings(**settings))


def _judged(path: Path, **settings) -> dict[str, PageJudgement]:
    found = list(_walk(**settings).package(path))
    assert not [one for one in found if isinstance(one, Skipped)]
    prefix = f"{path.as_posix()}/"
    return {one.path.removeprefix(prefix): one for one in found if isinstance(one, PageJudgement)}


def _write(root: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def test_pages_configuration_and_assemblies_are_judged(tmp_path: Path) -> None:
    """By name, or by a directive whatever the name; one judgement for each file."""
    _write(
        tmp_path,
        **{
            "a.aspx": PAGE, "odd.gif": PAGE, "b/web.config": b"bad", "b/bin/x.dll": b"bad",
            "x.gif": b"GIF89a", "x.txt": PAGE, "lib/x.dll": b"bad", "b/bad.ashx": b"bad",
        },
    )  # fmt: skip
    found = _judged(tmp_path)
    assert {name: one.judgement.value for name, one in found.items()} == {
        "a.aspx": "benign", "odd.gif": "benign", "b/web.config": "suspicious",
        "b/bin/x.dll": "malicious", "b/bad.ashx": "malicious",
    }  # fmt: skip
    one = found["a.aspx"]
    assert (one.sha256, one.size) == (hashlib.sha256(PAGE).hexdigest(), len(PAGE))
    assert found["b/bad.ashx"].family == "hand"


def test_configuration_that_is_a_page_is_judged_as_both(tmp_path: Path) -> None:
    """A handler may run it."""
    _write(tmp_path, **{"web.config": b'<%@ Page Language="C#" %>bad'})
    one = _judged(tmp_path)["web.config"]
    assert one.judgement is Judgement.MALICIOUS
    assert {reason.kind for reason in one.reasons} == {"run", "handler"}


def test_one_file_is_judged_whatever_it_is_called(tmp_path: Path) -> None:
    """Whoever names it wants to know; it has no neighbours, and the path that was given."""
    _write(tmp_path, **{"x.txt": b"bad"})
    (one,) = list(_walk().package(tmp_path / "x.txt"))
    assert isinstance(one, PageJudgement)
    assert (one.path, one.judgement) == ((tmp_path / "x.txt").as_posix(), Judgement.MALICIOUS)
    assert [reason.kind for reason in one.reasons] == ["run"]


def test_archives_are_folders(tmp_path: Path) -> None:
    """A page in one has the archive before its name."""
    with zipfile.ZipFile(tmp_path / "web.zip", "w") as archive:
        archive.writestr("inetpub/wwwroot/aspnet_client/x.aspx", PAGE)
    (one,) = list(_walk().package(tmp_path / "web.zip"))
    assert isinstance(one, PageJudgement)
    assert one.path == f"{tmp_path.as_posix()}/web.zip/inetpub/wwwroot/aspnet_client/x.aspx"
    assert one.judgement is Judgement.SUSPICIOUS


def test_the_folders_above_what_was_handed_in_count(tmp_path: Path) -> None:
    """A copy of one folder is still that folder."""
    _write(tmp_path, **{"aspnet_client/x.aspx": PAGE, "FrontEnd/HttpProxy/owa/y.aspx": PAGE})
    for folder in ("aspnet_client", "FrontEnd/HttpProxy/owa"):
        (one,) = _judged(tmp_path / folder).values()
        assert one.judgement is Judgement.SUSPICIOUS


def test_long_files_are_hashed_whole_and_judged_in_part(tmp_path: Path) -> None:
    """And that is a loss."""
    content = PAGE + b" " * CONTENT_LIMIT + b"bad"
    _write(tmp_path, **{"x.aspx": content})
    loss, one = list(_walk().package(tmp_path))
    assert isinstance(loss, Skipped)
    assert "only its beginning" in loss.reason
    assert isinstance(one, PageJudgement)
    assert one.sha256 == hashlib.sha256(content).hexdigest()
    assert (one.size, one.judgement) == (len(content), Judgement.BENIGN)


def test_long_assemblies_are_judged_whole(tmp_path: Path) -> None:
    """Up to a bound of their own."""
    content = b"MZ" + b" " * CONTENT_LIMIT + b"bad"
    _write(tmp_path, **{"bin/x.dll": content})
    (one,) = _judged(tmp_path).values()
    assert one.judgement is Judgement.MALICIOUS
    assert one.sha256 == hashlib.sha256(content).hexdigest()


def test_a_page_that_breaks_the_judge_costs_itself(tmp_path: Path) -> None:
    """It is unknown, and says why; the others are judged."""
    _write(tmp_path, **{"a.aspx": b"break", "b.aspx": b"bad"})
    found = _judged(tmp_path)
    assert found["a.aspx"].judgement is Judgement.UNKNOWN
    assert "not judged: broken" in found["a.aspx"].reasons[0].text
    assert found["b.aspx"].judgement is Judgement.MALICIOUS


def test_losses_have_the_path_of_what_was_handed_in(tmp_path: Path) -> None:
    """What cannot be read, and what a limit leaves out."""
    (tmp_path / "x.aspx").symlink_to("/etc/hostname")
    _write(tmp_path, **{"y.aspx": PAGE * 9})
    options = OpenOptions(replace(Limits(), file_bytes=20))
    losses = [one for one in _walk(opening=options).package(tmp_path) if isinstance(one, Skipped)]
    assert [one.path for one in losses] == [
        f"{tmp_path.as_posix()}/x.aspx",
        f"{tmp_path.as_posix()}/y.aspx",
    ]


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    """With the path."""
    with pytest.raises(EvidenceNotFoundError, match="nothing is there"):
        list(_walk().package(tmp_path / "none"))


def test_content_that_is_known_to_be_good_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known by its hash, wherever it lies."""
    digest = hashlib.sha256(b"bad").hexdigest()
    known = replace(Baseline.load(), all_hashes=frozenset({digest}))
    monkeypatch.setattr(Baseline, "load", classmethod(lambda cls: known))
    _write(tmp_path, **{"aspnet_client/x.aspx": b"bad", "bin/x.dll": b"bad"})
    assert {one.judgement.value for one in _judged(tmp_path).values()} == {"known-good"}


def _exchange(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of pages at the product's places, which the lists are made to know."""
    names = sorted(n for n in Baseline.load().names if n.endswith((".aspx", ".svc")))[:60]
    names.append("frontend/httpproxy/owa/auth/logon.aspx")
    files = {f"V15/{name.replace('version', '15.1.9999.1')}": name.encode() for name in names}
    _write(root, **files)
    hashes = frozenset(hashlib.sha256(content).hexdigest() for content in files.values())
    known = replace(Baseline.load(), all_hashes=hashes)
    monkeypatch.setattr(Baseline, "load", classmethod(lambda cls: known))
    return root


def test_a_stock_tree_gives_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is known to be good."""
    found = _judged(_exchange(tmp_path, monkeypatch))
    assert {one.judgement for one in found.values()} == {Judgement.KNOWN_GOOD}


def test_every_page_outside_the_lists_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A foreign name, and a changed page among many that are unchanged."""
    root = _exchange(tmp_path, monkeypatch)
    logon = "V15/frontend/httpproxy/owa/auth/logon.aspx"
    _write(root, **{logon: PAGE, "V15/clientaccess/ecp/x.aspx": PAGE})
    bad = {name for name, one in _judged(root).items() if one.judgement is Judgement.SUSPICIOUS}
    assert bad == {logon, "V15/clientaccess/ecp/x.aspx"}


def test_a_build_that_the_lists_do_not_hold_changes_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the tree names one, a changed page is only unknown."""
    root = _exchange(tmp_path, monkeypatch)
    logon = "V15/frontend/httpproxy/owa/auth/logon.aspx"
    _write(root, **{logon: PAGE, "V15/clientaccess/owa/prem/15.1.2507.9/x.css": b""})
    found = _judged(root)
    assert found[logon].judgement is Judgement.UNKNOWN
    assert found[logon].reasons[0].kind == "modified"


def test_a_baseline_of_the_operator_finds_its_root(tmp_path: Path) -> None:
    """Wherever the site lies in what is handed in."""
    names = [f"shop/{number}.aspx" for number in range(8)]
    with (tmp_path / "clean.jsonl").open("w") as stream:
        digest = hashlib.sha256(PAGE).hexdigest()
        write_baseline([BaselineEntry(name, digest, 1) for name in names], stream)
    site = tmp_path / "case"
    _write(site, **{f"C/inetpub/{name}": PAGE for name in names})
    _write(site, **{"C/inetpub/new.aspx": b"x", "C/inetpub/shop/3.aspx": b"y", "D/z.aspx": b"z"})
    found = _judged(site, baselines=(read_baseline(tmp_path / "clean.jsonl"),))
    bad = {name for name, one in found.items() if one.judgement is Judgement.SUSPICIOUS}
    assert bad == {"C/inetpub/new.aspx", "C/inetpub/shop/3.aspx"}
    assert found["C/inetpub/shop/1.aspx"].judgement is Judgement.KNOWN_GOOD


def test_neighbours_are_told_by_the_whole_package(tmp_path: Path) -> None:
    """However late they come; a page of another time is seen."""
    _write(tmp_path, **{f"{name}.aspx": PAGE for name in ("a", "b", "c", "d")})
    for name in ("a", "b", "c"):
        os.utime(tmp_path / f"{name}.aspx", (1_500_000_000, 1_500_000_000))
    found = _judged(tmp_path)
    assert [reason.kind for reason in found["d.aspx"].reasons] == ["neighbours"]
    assert found["a.aspx"].reasons == ()


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files do not wait for their neighbours without end."""
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    _write(tmp_path, **{f"{name}.aspx": PAGE for name in "abcde"})
    assert sorted(_judged(tmp_path)) == [f"{name}.aspx" for name in "abcde"]


def test_the_content_of_one_page_is_kept(tmp_path: Path) -> None:
    """For whoever wants to see its lines; and progress is told."""
    _write(tmp_path, **{"a.aspx": PAGE, "b.aspx": b"bad"})
    told: list[tuple[str, int]] = []
    settings = WalkSettings(keep=f"{tmp_path.as_posix()}/b.aspx")
    walk = Walk(
        Judges(Marked(), _says("x", 1), _says("x", 1)), settings, lambda *one: told.append(one)
    )
    list(walk.package(tmp_path))
    assert walk.kept == b"bad"
    assert (walk.files, walk.bytes) == (2, len(PAGE) + 3)
    assert told[-1] == ("b.aspx", len(PAGE) + 3)


def test_walking_costs_little_beside_judging(tmp_path: Path) -> None:
    """Far below what a small page may take, 1/1,500 of a second, reading and hashing included."""
    _write(tmp_path, **{f"{n % 30}/{n}.aspx": PAGE * 20 for n in range(1500)})
    walk = _walk()
    start = time.process_time()
    assert sum(isinstance(one, PageJudgement) for one in walk.package(tmp_path)) == 1500
    assert time.process_time() - start < 1.0
