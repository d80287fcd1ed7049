"""Every simulated server that was broken into: planned, cleaned, verified, and put back."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from alpheus.cli import main
from alpheus.errors import EvidenceError
from alpheus.report.assessment_file import Assessment, read_assessment
from alpheus.respond.model import Plan
from alpheus.respond.planning import plan_of
from alpheus.respond.verification import Fate, Outcome, Verification
from alpheus.respond.verification_listing import place_of
from alpheus.respond.verify import compared, verify
from clean_assessments import citation, document, finding, server
from clean_work import applied, tree_of, undone
from ntfs_records import file_name, mft_record, reference

COMPROMISED = ("webshell", "webshell-deleted", "implanted-unused", "patched-too-late", "spread",
               "oab-generator", "unified-messaging")  # fmt: skip


def _simulated(folder: Path, scenario: str) -> tuple[Path, Path]:
    """Evidence and its assessment."""
    status = main(["lab", str(folder / "lab"), "--scenario", scenario, "--size", "1MB",
                   "--seed", "11"])  # fmt: skip
    assert status == 0
    evidence = folder / "lab" / "evidence"
    assert main(["triage", str(evidence), "-o", str(folder / "report")]) == 0
    return evidence, folder / "report"


@pytest.mark.parametrize("scenario", COMPROMISED)
def test_what_lies_in_files_is_gone_and_comes_back(
    tmp_path: Path, scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planned, applied, verified clean as far as files go; what is not in files is listed.

    Undone, the tree is byte for byte and time for time what it was.
    """
    evidence, report = _simulated(tmp_path, scenario)
    capsys.readouterr()
    found = read_assessment(report)
    server = found.server()
    plan = plan_of(found, server, made=datetime.now(UTC), version="0")
    root = evidence / "C"
    before = tree_of(root)
    assert {one.result.value for one in applied(plan, root, tmp_path / "v")} <= {"done"}
    shells = json.loads((tmp_path / "lab" / "ground-truth.json").read_text())["shells"]
    assert not any((root / shell[3:].replace("\\", "/")).exists() for shell in shells)
    checked, unopened = verify(report, "", [evidence], None, complete=["C:/"])
    assert checked is not None
    assert unopened == ()
    assert checked.files is Outcome.CLEAN
    assert checked.outcome is Outcome.UNCOVERED
    assert not checked.of(Fate.LEFT, Fate.BACK, Fate.NEW)
    assert _by_hand(plan)
    undone(plan, root, tmp_path / "v")
    assert tree_of(root) == before


OTHERS: dict[str, tuple[str, ...]] = {
    "two-servers": (), "other-drive": (), "velociraptor": (), "mail-theft": (),
    "proxyshell": (), "proxynotshell": (), "owassrf": (), "proxytoken": (), "toolshell": (),
    "unknown-way-in": (),
    "webshell-only-logs-iis": ("aspnet_client/system_web: this folder was not", "--same-server"),
    "exported-csv": (
        "aspnet_client: this folder was not", "httpproxy/ecp/auth: this folder was not",
        "httpproxy/owa/auth: this folder was not", "--same-server",
    ),
}  # fmt: skip
"""Further scenarios, those of packs too, and what of them no folder shows."""


@pytest.mark.parametrize(("scenario", "unseen"), OTHERS.items())
def test_each_server_ends_clean_or_with_what_was_not_collected(
    tmp_path: Path, scenario: str, unseen: tuple[str, ...]
) -> None:
    """Once the plan's files are away: on other drives, of SharePoint, of two servers in one."""
    evidence, report = _simulated(tmp_path, scenario)
    truth = json.loads((tmp_path / "lab" / "ground-truth.json").read_text())
    assert truth["verdict"] == "compromised"
    found = read_assessment(report)
    server = found.server(truth["server"] if len(found.servers) > 1 else "")
    plan = plan_of(found, server, made=datetime.now(UTC), version="0")
    files = {place_of(str(one.relative_to(evidence))): one for one in evidence.rglob("*")}
    for action in plan.files():
        files[place_of(action.path)].unlink()
    volumes = {place[:2] for place in files if place[1:3] == ":/"}
    checked, _ = verify(
        report, server.name, [evidence], None,
        complete=[] if unseen else [f"{one}/" for one in sorted(volumes)],
    )  # fmt: skip
    assert checked is not None
    told = [one for one in checked.uncovered if "before the clean-up was done" not in one]
    assert checked.files is (Outcome.UNCOVERED if unseen else Outcome.CLEAN), told
    assert not checked.of(Fate.LEFT, Fate.BACK, Fate.NEW)
    assert len(told) == len(unseen), told
    assert all(any(word in one for one in told) for word in unseen)


def _by_hand(plan: Plan) -> list[str]:
    return [step.what for step in plan.steps if not step.files]


def test_a_server_on_which_nothing_was_done_is_not_clean(tmp_path: Path) -> None:
    """And the same evidence under another name says the same."""
    evidence, report = _simulated(tmp_path, "webshell")
    shutil.move(evidence, tmp_path / "again")
    checked, _ = verify(report, "", [tmp_path / "again"], None)
    assert checked is not None
    assert (checked.outcome, checked.files) == (Outcome.LEFT, Outcome.LEFT)
    since = datetime(2021, 2, 1, tzinfo=UTC)
    checked, _ = verify(report, "", [tmp_path / "again"], since)
    assert checked is not None
    assert checked.outcome is Outcome.BACK


SINCE = datetime(2021, 3, 20, 12, tzinfo=UTC)
"""After the attack; the logs go on for days."""


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A report on a patched server, and evidence of it of after its page was taken away."""
    folder = tmp_path_factory.mktemp("second")
    evidence, report = _simulated(folder, "patched-too-late")
    (page,) = evidence.rglob("*.aspx")
    page.unlink()
    return report, evidence


def _zipped(evidence: Path, packed: Path, table: bytes = b"") -> Path:
    """As collectors do that copy files: no entry of a folder."""
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(evidence.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(evidence))
        if table:
            archive.writestr("C/$MFT", table)
    return packed


def _table() -> bytes:
    """A list of files that names none of a web site, of after the clean-up."""
    when, root = datetime(2021, 4, 1, tzinfo=UTC), reference(5, 5)
    return (mft_record(file_name("$MFT", root, when), created=when)
            + mft_record(file_name(".", root, when), directory=True, created=when))  # fmt: skip


def _is_clean(checked: Verification) -> None:
    """Of its own campaign; flaws that became known later are open in its build."""
    assert (checked.files, checked.uncovered) == (Outcome.CLEAN, ())
    assert not checked.of(Fate.LEFT, Fate.BACK, Fate.NEW, Fate.UNSEEN)
    assert not any("2021-26855" in one for one in checked.way_in)
    assert checked.outcome is (Outcome.UNCOVERED if checked.way_in else Outcome.CLEAN)
    assert checked.until > "2021-03-30"


def test_an_honest_second_collection_is_verified_clean(second: tuple[Path, Path]) -> None:
    """For all that evidence shows: folders as they are, empty ones too, and pages of the product.

    Without one the folders might be a copy by mask; then somebody's word stands in the result. That
    it does of a page, too, that no rule knows and that was not there before.
    """
    report, evidence = second
    checked, _ = verify(report, "", [evidence], SINCE)
    assert checked is not None
    assert checked.files is Outcome.UNCOVERED
    assert "nothing shows that its pages were collected" in checked.uncovered[0]
    checked, _ = verify(report, "", [evidence], SINCE, complete=[r"C:\inetpub\wwwroot"])
    assert checked is not None
    _is_clean(checked)
    assert "--complete c:/inetpub/wwwroot" in checked.shown_by[0]
    page = evidence / "C/inetpub/wwwroot/home/default.aspx"
    page.parent.mkdir()
    page.write_text("<%@ Page %><p>Home</p>")
    unknown, _ = verify(report, "", [evidence], SINCE)
    own = sha256(page.read_bytes()).hexdigest()
    checked, _ = verify(report, "", [evidence], SINCE, own={own})
    shutil.rmtree(page.parent)
    assert unknown is not None
    assert checked is not None
    assert "home/default.aspx: a page that the first evidence does not have" in unknown.uncovered[0]
    _is_clean(checked)
    assert "home/default.aspx" in checked.shown_by[0]


def test_a_folder_of_which_a_script_alone_was_read_is_not_clean(
    second: tuple[Path, Path], tmp_path: Path
) -> None:
    """The page may lie on the server still: a mask left out pages, and all else came."""
    report, evidence = second
    shutil.copytree(evidence, tmp_path / "again")
    folder = tmp_path / "again/C/inetpub/wwwroot/aspnet_client/system_web"
    (folder / "WebUIValidation.js").write_text("x")
    checked, _ = verify(report, "", [tmp_path / "again"], SINCE)
    assert checked is not None
    assert checked.files is Outcome.UNCOVERED
    assert checked.of(Fate.UNSEEN)
    assert not checked.of(Fate.GONE)
    assert checked.shown_by == ()


def test_a_collector_that_copies_files_brings_the_list_of_the_volume(
    second: tuple[Path, Path], tmp_path: Path
) -> None:
    """An emptied folder is in no archive of files; the master file table shows it."""
    report, evidence = second
    checked, _ = verify(report, "", [_zipped(evidence, tmp_path / "a.zip")], SINCE)
    assert checked is not None
    assert (checked.outcome, checked.files) == (Outcome.UNCOVERED, Outcome.UNCOVERED)
    assert "c:/inetpub/wwwroot/aspnet_client/system_web: this folder" in checked.uncovered[0]
    checked, _ = verify(report, "", [_zipped(evidence, tmp_path / "b.zip", _table())], SINCE)
    assert checked is not None
    _is_clean(checked)


def test_a_sloppy_collection_is_not_clean(second: tuple[Path, Path], tmp_path: Path) -> None:
    """Days of a log that are missing; a folder that comes in a package that names nobody."""
    report, evidence = second
    again = tmp_path / "again"
    shutil.copytree(evidence, again)
    for day in ("25", "26"):
        (again / f"C/inetpub/logs/LogFiles/W3SVC1/u_ex2103{day}.log").write_bytes(bytes(4096))
    shutil.rmtree(again / "C/inetpub/wwwroot/aspnet_client")
    web = tmp_path / "web" / "C/inetpub/wwwroot/aspnet_client/system_web"
    web.mkdir(parents=True)
    (web / "x.js").write_text("x")
    checked, _ = verify(report, "", [again, tmp_path / "web"], SINCE)
    assert checked is not None
    told = "\n".join(checked.uncovered)
    assert "iis-site-1: no row from 2021-03-2" in told
    assert "system_web: this folder was not collected" in told
    assert "--same-server" in told
    assert checked.by_word


def _told(folder: Path, name: str = "A") -> Path:
    (folder / "a.json").write_text(json.dumps({
        "schema": "alpheus.assessment/1", "run": {"finished": "", "version": ""},
        "servers": [{"name": name, "product": "", "verdict": "compromised", "stage": "implanted",
                     "headline": "", "findings": []}],
    }))  # fmt: skip
    return folder / "a.json"


def test_rules_that_did_not_look_again_are_told() -> None:
    """What they found is not gone because nobody asked."""
    page = finding("mine", citation("C/x.aspx"), pack="extra")
    whole = document(server("EX01", page, packages=["E1"]))
    old = msgspec.convert(whole, Assessment)
    packs = [{"id": one, "version": "1"} for one in ("extra", "proxylogon")]
    used = msgspec.convert(whole | {"run": whole["run"] | {"packs": packs}}, Assessment)
    for before, new, told in ((used, old, True), (used, used, False), (old, old, False)):
        found = compared(before, before.server(), new, since="", listings=())
        assert any(one.startswith("pack extra") for one in found.uncovered) is told


def test_evidence_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """Nothing is compared then; a package that is not there is an error."""
    (tmp_path / "bad.vhdx").write_bytes(b"vhdxfile and no more")
    checked, unopened = verify(_told(tmp_path), "", [tmp_path / "bad.vhdx"], None)
    assert checked is None
    assert "bad.vhdx" in unopened[0]
    for assessment, evidence in (("none", tmp_path), ("a.json", tmp_path / "none")):
        with pytest.raises(EvidenceError, match="none"):
            verify(tmp_path / assessment, "", [evidence], None)


def test_a_loss_beside_what_was_read_is_not_covered(tmp_path: Path) -> None:
    """A second package, and an archive in the first, that are damaged; said with their names.

    And that the evidence names no computer, until the caller says that it is this one.
    """
    new = tmp_path / "new"
    (new / "inner").mkdir(parents=True)
    (new / "inner" / "more.zip").write_bytes(b"PK\x03\x04 and no more")
    (new / "note.txt").write_text("x")
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 and no more")
    for same in (False, True):
        checked, _ = verify(_told(tmp_path), "", [new, tmp_path / "bad.zip"], None, same=same)
        assert checked is not None
        assert checked.by_word
        assert checked.files is Outcome.UNCOVERED
        told = "\n".join(checked.uncovered)
        assert "more.zip" in told
        assert "bad.zip" in told
        assert ("--same-server" in told) is not same
