"""The order of a triage, on one process and on several."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus import lab
from alpheus.job import Manifest, TriageOptions
from alpheus.model import Assessment
from alpheus.pipeline import Pipeline, Prepared
from timelines import rows_of

SIZE = 1_000_000
NOW = datetime(2021, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """What every run needs, compiled once."""
    return Prepared.of(TriageOptions(), keep=False)


def _assess(
    folder: Path, workers: int, prepared: Prepared
) -> tuple[Assessment, tuple[Manifest, ...]]:
    options = TriageOptions(workers=workers, listing=True)
    result = Pipeline([folder], options, None).run(NOW, prepared)
    assert result.unopened == ()
    run = replace(result.assessment.run, finished=NOW)
    return replace(result.assessment, run=run), result.manifests


def _is_of(folder: Path, found: Assessment, manifests: tuple[Manifest, ...]) -> None:
    """The manifest lists what lies there, and its cited files are those of findings."""
    (manifest,) = manifests
    text = zlib.decompress(manifest.packed)
    assert sha256(text).hexdigest() == manifest.sha256
    assert text.count(b"\n") == manifest.files == found.run.files_read
    assert manifest.size == found.run.bytes_read
    names = [line[66:] for line in text.decode().splitlines()]
    assert names == sorted(names, key=str.encode)
    for line in text.decode().splitlines():
        if (folder / line[66:]).is_file():  # not inside an archive
            assert sha256((folder / line[66:]).read_bytes()).hexdigest() == line[:64]
    cited = {one.path for server in found.servers for finding in server.findings
             for one in finding.citations}  # fmt: skip
    assert {path for path, _, _ in manifest.cited} == cited & {*names}
    assert manifest.cited


@pytest.mark.parametrize("scenario", ["webshell", "spread", "two-servers"])
def test_how_the_reading_is_shared_out_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared: Prepared, scenario: str
) -> None:
    """One, two and three processes give the same assessment, in the same order."""
    lab.generate(tmp_path / scenario, scenario, size=SIZE, seed=7)
    monkeypatch.setattr("alpheus.pipeline.WORTH_SHARING", 1)
    alone = _assess(tmp_path / scenario / "evidence", 1, prepared)
    assert alone[0].servers[0].findings
    _is_of(tmp_path / scenario / "evidence", *alone)
    assert _assess(tmp_path / scenario / "evidence", 2, prepared) == alone
    assert _assess(tmp_path / scenario / "evidence", 3, prepared) == alone


def test_what_is_compiled_once_serves_many_runs_and_a_file_can_be_left_out(tmp_path: Path) -> None:
    """A worker of a campaign reads one package after another; what is left out is a loss."""
    log = (
        "#Fields: date time cs-method cs-uri-stem c-ip sc-status\n"
        "2021-03-04 10:00:00 POST /aspnet_client/k3.aspx 198.51.100.7 200\n"
    )
    for name in ("u_ex210304.log", "u_ex210305.log"):
        (tmp_path / name).write_text(log, "utf-8")
    options = TriageOptions(packs=("iis-webshell",), workers=1)
    prepared = Prepared.of(options, keep=False)
    first = Pipeline([tmp_path], options, None).run(NOW, prepared).assessment
    again = Pipeline([tmp_path], options, None).run(NOW, prepared).assessment
    assert again.servers == first.servers
    avoiding = replace(options, avoid=(("u_ex210304.log", "not read: so"),))
    less = Pipeline([tmp_path], avoiding, None).run(NOW, prepared).assessment
    assert [(one.path, one.reason) for one in less.skipped] == [("u_ex210304.log", "not read: so")]
    assert less.run.files_read == first.run.files_read - 1


def test_a_timeline_holds_every_row_whoever_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared: Prepared
) -> None:
    """One process and three write the same rows, those that coverage counts.

    The assessment is that of a run without.
    """
    lab.generate(tmp_path / "lab", "webshell", size=SIZE, seed=7)
    evidence = tmp_path / "lab" / "evidence"
    monkeypatch.setattr("alpheus.pipeline.WORTH_SHARING", 1)
    told = []
    for workers in (1, 3):
        target = tmp_path / f"{workers}.parquet"
        options = TriageOptions(workers=workers, timeline=target)
        told.append(Pipeline([evidence], options, None).run(NOW, prepared).assessment)
    assert rows_of(tmp_path / "1.parquet") == rows_of(tmp_path / "3.parquet")
    (server,) = _assess(evidence, 1, prepared)[0].servers
    assert told[0].servers == told[1].servers == (server,)
    counted = {one.source: one.rows for one in server.coverage if one.rows}
    assert dict(rows_of(tmp_path / "1.parquet", "label, count(*)", "true GROUP BY 1")) == counted
    assert {name for (name,) in rows_of(tmp_path / "1.parquet", "DISTINCT server")} == {server.name}
