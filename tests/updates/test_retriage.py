"""What was judged with other knowledge is judged again, and what moved is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alpheus.errors import EvidenceFormatError
from alpheus.job import TriageOptions, TriageResult, Unopened
from alpheus.knowledge.digest import knowledge_digest
from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.shared.model import SharedPaths
from alpheus.model import Asked, Assessment, Run, Stage, Verdict
from alpheus.parsers.base import ReadOptions
from alpheus.report import write_report
from alpheus.updates.retriage import PreparedTriage, Retriage, State

LOG = """#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status
2021-03-03 06:00:00 192.0.2.1 GET /owa/ - 443 198.51.100.7 200
"""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A result as `alpheus triage` writes it, and its evidence."""
    place = tmp_path_factory.mktemp("stored")
    evidence = place / "EX01" / "inetpub" / "logs" / "LogFiles" / "W3SVC1"
    evidence.mkdir(parents=True)
    (evidence / "u_ex210303.log").write_text(LOG, "utf-8")
    options = TriageOptions(reading=ReadOptions(ZoneInfo("Europe/Berlin")), workers=1)
    result = PreparedTriage()([place / "EX01"], options)
    write_report(result.assessment, place / "report")
    return place / "report" / "assessment.json", place


def _edited(path: Path, target: Path, run: dict[str, object], verdict: str = "") -> Path:
    content = json.loads(path.read_text("utf-8"))
    content["run"] |= run
    if verdict:
        content["servers"][0] |= {"verdict": verdict}
    target.write_text(json.dumps(content), "utf-8")
    return target


def test_what_is_current_is_left(stored: tuple[Path, Path]) -> None:
    """With `changed`, a result of today's knowledge is not even read again."""

    def never(paths: Sequence[Path], options: TriageOptions) -> TriageResult:
        raise AssertionError

    (one,) = Retriage(never, [stored[1]], TriageOptions(), changed=True).run([stored[0]])
    assert one.state is State.CURRENT


def test_what_rests_on_other_knowledge_is_judged(stored: tuple[Path, Path], tmp_path: Path) -> None:
    """As it was asked for then; which packs are others, and which verdict moved, is told."""
    old = _edited(stored[0], tmp_path / "old.json", {
        "knowledge": "0" * 64, "packs": [{"id": "proxylogon", "version": "0.1"}],
    }, "compromised")  # fmt: skip
    asked: list[TriageOptions] = []
    prepared = PreparedTriage()

    def judge(paths: Sequence[Path], options: TriageOptions) -> TriageResult:
        asked.append(options)
        return prepared(paths, options)

    options = TriageOptions(workers=1)
    (one,) = Retriage(judge, [stored[1]], options, changed=True).run([old])
    assert one.state is State.MOVED
    assert [(each.before, each.after) for each in one.moved] == [
        ((Verdict.COMPROMISED, Stage.NONE), (Verdict.NOT_DETERMINABLE, Stage.NONE)),
    ]
    versions = {pack.id: pack.version for pack in load_packs()}
    assert ("proxylogon", "0.1", versions["proxylogon"]) in one.packs
    assert str(asked[0].reading.timezone) == "Europe/Berlin"


def test_the_same_again_is_no_move(stored: tuple[Path, Path], tmp_path: Path) -> None:
    """Judged again with the same verdict, it is told as such."""
    old = _edited(stored[0], tmp_path / "old.json", {"knowledge": ""})
    (one,) = Retriage(PreparedTriage(), [stored[1]], TriageOptions(workers=1), changed=True).run(
        [old]
    )
    assert (one.state, one.moved) == (State.SAME, ())


def test_what_cannot_be_judged_is_told(stored: tuple[Path, Path], tmp_path: Path) -> None:
    """Missing evidence, own rules that nobody names, no result: told, and the next one is done."""
    extra = _edited(stored[0], tmp_path / "extra.json", {
        "knowledge": "", "packs": [{"id": "extra", "version": "0"}]})  # fmt: skip
    (tmp_path / "none.json").write_text("{}", "utf-8")
    paths = [extra, tmp_path / "none.json", stored[0]]
    done = list(Retriage(PreparedTriage(), [tmp_path], TriageOptions(), changed=False).run(paths))
    assert [one.state for one in done] == [State.FAILED] * 3
    assert "--rules PATH" in done[0].why
    assert "is no assessment" in done[1].why
    assert "--evidence PATH" in done[2].why


def test_what_the_operator_gave_then_is_asked_for(
    stored: tuple[Path, Path], tmp_path: Path
) -> None:
    """Without the indicators or the pack a verdict would be withdrawn for want of knowledge."""
    others = _edited(stored[0], tmp_path / "others.json", {
        "knowledge": "", "packs": [{"id": "shared", "version": "0"}]})  # fmt: skip
    own = _edited(stored[0], tmp_path / "own.json", {
        "knowledge": "", "packs": [{"id": "my-event", "version": "1"}]})  # fmt: skip
    paths = [others, own]
    options = TriageOptions(workers=1)
    done = list(Retriage(PreparedTriage(), [stored[1]], options, changed=True).run(paths))
    assert [one.state for one in done] == [State.FAILED] * 2
    assert done[0].why.endswith("with indicators of others as well; name them: --indicators PATH")
    assert "with the pack my-event as well, which is not here" in done[1].why
    listed = tmp_path / "list.txt"
    listed.write_text("198.51.100.7\n", "utf-8")
    given = replace(options, shared=SharedPaths((listed,)))
    work = Retriage(
        PreparedTriage(), [stored[1]], given, changed=True, without=["my-event"]
    )  # fmt: skip
    done = list(work.run(paths))
    assert [one.state for one in done] == [State.SAME] * 2
    assert ("my-event", "1", "") in done[1].packs
    assert done[0].assessment is not None
    assert "shared" in {one.id for one in done[0].assessment.run.packs}


def test_a_failure_does_not_repeat_its_path(tmp_path: Path) -> None:
    """It is told beside the path of the result, which it would name once more."""
    (one,) = Retriage(PreparedTriage(), [], TriageOptions(), changed=False).run([tmp_path / "nix"])
    assert str(tmp_path) not in one.why


def _result() -> Assessment:
    """One without a server."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Assessment(Run(now, now, "1", (), 0, 0, "", Asked()), (), (), ())


def test_other_evidence_of_the_same_name_is_told(stored: tuple[Path, Path]) -> None:
    """A folder has no hash: where no server is the same, nothing is said of the verdict."""

    def other(paths: Sequence[Path], options: TriageOptions) -> TriageResult:
        return TriageResult(_result(), ())

    (one,) = Retriage(other, [stored[1]], TriageOptions(), changed=False).run([stored[0]])
    assert one.state is State.FAILED
    assert "is of no server, not of" in one.why


def test_evidence_that_does_not_open_is_told(stored: tuple[Path, Path]) -> None:
    """A package that is damaged by now is a failure of this result alone."""

    def broken(paths: Sequence[Path], options: TriageOptions) -> TriageResult:
        error = EvidenceFormatError("EX01: damaged")
        return replace(TriageResult(_result(), ()), unopened=(Unopened(paths[0], error),))

    (one,) = Retriage(broken, [stored[1]], TriageOptions(), changed=False).run([stored[0]])
    assert (one.state, one.why) == (State.FAILED, "EX01: damaged")


def test_the_hash_of_knowledge_is_that_of_a_result(stored: tuple[Path, Path]) -> None:
    """A triage writes the hash that today's knowledge has."""
    run = json.loads(stored[0].read_text("utf-8"))["run"]
    assert run["knowledge"] == knowledge_digest(load_packs())
