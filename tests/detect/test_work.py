"""Units of reading, with and without memory."""

from __future__ import annotations

import gzip
import io
import os
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
import yaml

from alpheus import lab
from alpheus.detect import work
from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit
from alpheus.detect.work import Reading, ReadUnit, UnitResult
from alpheus.engine import LocalEngine
from alpheus.evidence.base import EvidenceFile, OpenOptions, Share
from alpheus.evidence.listing import merged
from alpheus.job import TriageOptions
from alpheus.parsers.base import ReadOptions
from alpheus.triage import triage


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of a small compromised server."""
    out = tmp_path_factory.mktemp("work") / "lab"
    lab.generate(out, "webshell-only-logs-iis", size=400_000, seed=4)
    return out / "evidence"


def _read(reading: Reading, unit: ReadUnit) -> UnitResult:
    return reading()(unit, lambda doing, read: None)


def _totals(collector: Collector) -> dict[object, int]:
    return {key: group.total for key, group in collector.hits.items()}


def _unit(path: Path, index: int = 0, of: int = 1) -> ReadUnit:
    return ReadUnit(path, "E1", OpenOptions(share=Share(index, of)))


def test_shares_add_up_to_the_package(evidence: Path) -> None:
    """Every file is in exactly one share; joined, they say what the whole says."""
    reading = Reading()
    whole = _read(reading, _unit(evidence)).collector
    read = reading()
    parts = [read(_unit(evidence, i, 3), lambda doing, size: None) for i in range(3)]
    assert sum(part.collector.files_read for part in parts) == whole.files_read
    joined = parts[0].collector
    for part in parts[1:]:
        joined.absorb(part.collector)
    assert _totals(joined) == _totals(whole)
    assert joined.hours == whole.hours
    assert [part.evidence is not None for part in parts] == [True, False, False]


def test_files_are_listed_where_that_is_wanted(evidence: Path) -> None:
    """The same from memory as when they are read; of each its whole size."""
    assert _read(Reading(), _unit(evidence)).listed is None
    for remember in (True, True, False):
        said = _read(Reading(listing=True, remember=remember, version="1"), _unit(evidence))
        assert said.listed is not None
        assert said.listed.files == said.collector.files_read
        sizes = {name.decode(): size for name, _, size in merged([said.listed])}
        found = {p.relative_to(evidence).as_posix(): p.stat().st_size
                 for p in evidence.rglob("*") if p.is_file()}  # fmt: skip
        assert {name: size for name, size in sizes.items() if name in found} == {
            name: size for name, size in found.items() if name in sizes
        }


def test_progress_is_told_inside_a_large_file(tmp_path: Path) -> None:
    """A log of many blocks is not silent until its end."""
    (tmp_path / "big.log").write_bytes(b"x" * (5 << 20))
    told: list[tuple[str, int]] = []
    Reading()()(_unit(tmp_path), lambda doing, read: told.append((doing, read)))
    assert {doing for doing, _ in told} == {"big.log"}
    assert len(told) > 4
    assert told == sorted(told)


def test_a_file_that_ended_its_reader_is_left_out_and_told(evidence: Path) -> None:
    """The rest is read; the loss says why."""
    name = next(p for p in evidence.rglob("*.log")).relative_to(evidence).as_posix()
    unit = _unit(evidence).avoiding(name, "not read: the reader was ended by SIGSEGV")
    collector = _read(Reading(), unit).collector
    assert [(loss.path, loss.reason) for loss in collector.losses()] == [
        (name, "not read: the reader was ended by SIGSEGV")
    ]


def test_an_input_that_is_not_there_is_an_error_of_the_unit(tmp_path: Path) -> None:
    """It travels as a value, not as a crash of a worker."""
    assert "nothing is there" in str(_read(Reading(), _unit(tmp_path / "x.zip")).error)


def test_unchanged_files_are_not_read_again(
    evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With memory a second reading examines nothing and says the same."""
    reading = Reading(remember=True, version="1")
    first = _read(reading, _unit(evidence)).collector
    monkeypatch.setattr(work, "examine", None)
    second = _read(reading, _unit(evidence)).collector
    assert _totals(second) == _totals(first)
    assert (second.files_read, second.hours) == (first.files_read, first.hours)


def test_another_program_reads_again(evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version said is not taken for this one's word."""
    _read(Reading(remember=True, version="1"), _unit(evidence))
    monkeypatch.setattr(work, "examine", None)
    with pytest.raises(TypeError):
        _read(Reading(remember=True, version="2"), _unit(evidence))


def _rule_for(folder: Path, category: str, field: str) -> tuple[Path, ...]:
    """A rule of the operator that finds nothing."""
    folder.mkdir()
    document = {
        "title": "A rule of the operator",
        "id": "4ff3b1b3-2b5a-4a39-9d66-3c3e6b1c0f01",
        "logsource": {"category": category},
        "level": "low",
        "detection": {"s": {f"{field}|contains": "zzzz-nothing"}, "condition": "s"},
    }
    (folder / "rule.yml").write_text(yaml.safe_dump(document), "utf-8")
    return (folder,)


def test_a_changed_rule_reads_again_only_what_it_could_change(
    evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new rule for event logs leaves the IIS logs as they were; one for IIS does not."""
    _read(Reading(remember=True, version="1"), _unit(evidence))
    monkeypatch.setattr(work, "examine", None)
    for category, field, read_again in (
        ("process_creation", "CommandLine", False),
        ("webserver", "cs-uri-stem", True),
    ):
        rules = _rule_for(tmp_path / category, category, field)
        reading = Reading(remember=True, version="1", rules=rules)
        if read_again:
            with pytest.raises(TypeError):
                _read(reading, _unit(evidence))
        else:
            assert _read(reading, _unit(evidence)).collector.files_read > 0


def _members(evidence: Path) -> dict[str, bytes]:
    """Logs of two sources, and one more in an archive of its own."""
    logs = sorted(evidence.rglob("*.log"))[:3]
    members = {path.relative_to(evidence).as_posix(): path.read_bytes() for path in logs[:2]}
    members["msert.log"] = b"Microsoft Safety Scanner v1.333, (build 1.333.0.0)\n"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(logs[2].name, logs[2].read_bytes())
    return members | {"more.zip": inner.getvalue()}


def _as_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _as_tar(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def _as_7z(path: Path, members: dict[str, bytes]) -> None:
    with py7zr.SevenZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writef(io.BytesIO(content), name)


_PACKED = pytest.mark.parametrize("pack", [_as_zip, _as_tar, _as_7z])
_Pack = Callable[[Path, dict[str, bytes]], None]


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the files that are examined from now on."""
    seen: list[str] = []
    real = work.examine

    def noted(file: EvidenceFile, kit: Kit, collector: Collector) -> str:
        seen.append(file.path)
        return real(file, kit, collector)

    monkeypatch.setattr(work, "examine", noted)
    return seen


@_PACKED
def test_members_of_an_unchanged_archive_are_not_read_again(
    pack: _Pack, evidence: Path, tmp_path: Path, examined: list[str]
) -> None:
    """Nor is the archive hashed again; a second reading says the same."""
    path = tmp_path / "case"
    pack(path, _members(evidence))
    reading = Reading(remember=True, version="1")
    first = _read(reading, _unit(path))
    assert len(examined) == 4
    examined.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hashlib.file_digest", None)
        second = _read(reading, _unit(path))
    assert examined == []
    assert second.evidence == first.evidence
    assert second.collector.hours == first.collector.hours
    assert _totals(second.collector) == _totals(first.collector)


@_PACKED
def test_a_changed_member_is_read(
    pack: _Pack, evidence: Path, tmp_path: Path, examined: list[str]
) -> None:
    """Also one of the same name, size and time, in an archive of the same name and time."""
    path = tmp_path / "case"
    members = _members(evidence)
    name = next(iter(members))
    pack(path, members)
    before = path.stat()
    reading = Reading(remember=True, version="1")
    first = _read(reading, _unit(path)).collector
    examined.clear()
    members[name] = members[name].replace(b" 200 ", b" 500 ")
    pack(path, members)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = _read(reading, _unit(path)).collector
    assert name in examined
    assert second.bytes_read == first.bytes_read


@_PACKED
def test_a_changed_rule_reads_again_only_its_members(
    pack: _Pack, evidence: Path, tmp_path: Path, examined: list[str]
) -> None:
    """A rule of one source leaves members of others alone, in any archive."""
    path = tmp_path / "case"
    members = _members(evidence)
    pack(path, members)
    _read(Reading(remember=True, version="1"), _unit(path))
    examined.clear()
    rules = _rule_for(tmp_path / "rules", "webserver", "cs-uri-stem")
    _read(Reading(remember=True, version="1", rules=rules), _unit(path))
    inner = zipfile.ZipFile(io.BytesIO(members["more.zip"])).namelist()[0]
    assert examined == [*list(members)[:2], f"more.zip/{inner}"]


def test_another_password_opens_another_member() -> None:
    """What was read with one password is not known under another."""
    reader = work._Reader(Reading(version="1"), Kit.compile((), ReadOptions()), None)
    places = []
    for password in ("one", "two"):
        reader._passwords = (password,)
        places.append(reader._place("fingerprint"))
    assert None not in places
    assert places[0] != places[1]


def test_a_second_triage_says_the_same(evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole run that was remembered differs only in when it was made."""
    options = TriageOptions(remember=True)
    first = triage([evidence], options).assessment
    monkeypatch.setattr("alpheus.pipeline.load_packs", None)
    second = triage([evidence], options).assessment
    assert second.servers == first.servers
    assert second.run.started > first.run.started
    file = next(evidence.rglob("*.log"))
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(TypeError):
        triage([evidence], options)
    assert re.fullmatch(r"[\d.]+", second.run.version)


def _as_folder_of_gz(path: Path, members: dict[str, bytes]) -> None:
    for name, content in members.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / f"{name}.gz").write_bytes(gzip.compress(content))


@pytest.mark.parametrize("pack", [None, _as_zip, _as_folder_of_gz])
def test_several_processes_say_the_same_as_one(
    pack: _Pack | None, evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sharing the work changes nothing but the time."""
    path = evidence
    if pack is not None:
        path = tmp_path / "case"
        logs = {p.relative_to(evidence).as_posix(): p.read_bytes() for p in evidence.rglob("*.log")}
        pack(path, logs)
    alone = triage([path], TriageOptions(workers=1)).assessment
    monkeypatch.setattr("alpheus.pipeline.WORTH_SHARING", 1)
    units: list[ReadUnit] = []
    real = LocalEngine.run

    def run(self: object, waiting: list[ReadUnit], note: object) -> object:
        units.extend(waiting)
        return real(self, waiting, note)  # type: ignore[arg-type]

    monkeypatch.setattr(LocalEngine, "run", run)
    shared = triage([path], TriageOptions(workers=2)).assessment
    assert len(units) == 8
    assert shared.servers == alone.servers
    assert shared.run.files_read == alone.run.files_read
    assert shared.evidence == alone.evidence
