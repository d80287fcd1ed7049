"""Units of reading, with and without memory."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from alpheus import lab
from alpheus.detect import work
from alpheus.detect.collector import Collector
from alpheus.detect.work import Reading, ReadUnit, UnitResult
from alpheus.evidence.base import OpenOptions, Share
from alpheus.triage import TriageOptions, triage


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
        folder = tmp_path / category
        folder.mkdir()
        document = {
            "title": "A rule of the operator",
            "id": "4ff3b1b3-2b5a-4a39-9d66-3c3e6b1c0f01",
            "logsource": {"category": category},
            "level": "low",
            "detection": {"s": {f"{field}|contains": "zzzz-nothing"}, "condition": "s"},
        }
        (folder / "rule.yml").write_text(yaml.safe_dump(document), "utf-8")
        reading = Reading(remember=True, version="1", rules=(folder,))
        if read_again:
            with pytest.raises(TypeError):
                _read(reading, _unit(evidence))
        else:
            assert _read(reading, _unit(evidence)).collector.files_read > 0


def test_a_second_triage_says_the_same(evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole run that was remembered differs only in when it was made."""
    options = TriageOptions(remember=True)
    first = triage([evidence], options).assessment
    monkeypatch.setattr("alpheus.triage.load_packs", None)
    second = triage([evidence], options).assessment
    assert second.servers == first.servers
    assert second.run.started > first.run.started
    file = next(evidence.rglob("*.log"))
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(TypeError):
        triage([evidence], options)
    assert re.fullmatch(r"[\d.]+", second.run.version)


def test_several_processes_say_the_same_as_one(
    evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sharing the work changes nothing but the time."""
    alone = triage([evidence], TriageOptions(workers=1)).assessment
    monkeypatch.setattr("alpheus.triage.WORTH_SHARING", 1)
    shared = triage([evidence], TriageOptions(workers=2)).assessment
    assert shared.servers == alone.servers
    assert shared.run.files_read == alone.run.files_read
    assert shared.evidence == alone.evidence
