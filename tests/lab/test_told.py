"""A scenario that is data becomes evidence like any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.lab import generate
from lab_reading import w3c_rows

TEXT = """
name: told
title: Everything that can be told
product: PRODUCT
span: [2021-08-01T00:00:00Z, 2021-08-02T00:00:00Z]
begins: 2021-08-01T10:00:00Z
truth: {verdict: compromised, stage: operated, shells: ['{web_root}{word}.aspx']}
words: {word: [alpha]}
steps:
  - {at: 0s, first: true, request: {stem: '/{word}.aspx', back: {stem: /powershell}}}
  - {at: 5s, times: 3, every: 2s, request: {stem: /again, client: '{second}'}}
  - {at: 20s, cmdlet: {name: New-Thing, parameters: {Path: '{web_root}'}}}
  - {at: 30s, implanted: true, written: {path: '{web_root}{word}.aspx'}}
  - {at: 40s, command: {image: whoami.exe, line: whoami, pool: MyPool}}
  - {at: 50s, event: {channel: Application, provider: P, id: 4, data: ['{name}']}}
  - {at: 60s, trace: {message: 'Name=Request (GET:{word})'}}
  - {at: 70s, remote_shell: {ClientInfo: '{word}'}}
files:
  - {path: '{web_root}{word}.aspx', head: '2142444e', pieces: ['<b>', '{word}']}
  - {compiled: '/{word}.aspx'}
"""


def _generate(tmp_path: Path, product: str) -> tuple[Path, dict[str, object]]:
    folder = tmp_path / "own" / "lab"
    folder.mkdir(parents=True)
    (folder / "told.yml").write_text(TEXT.replace("PRODUCT", product))
    truth = generate(tmp_path / "out", "told", size=300_000, packs=(tmp_path / "own",))
    return truth.evidence, json.loads((tmp_path / "out" / "ground-truth.json").read_text())


def test_what_is_told_stands_in_every_log(tmp_path: Path) -> None:
    """Front end, back end, cmdlets, events, remote PowerShell; and the truth says when."""
    evidence, truth = _generate(tmp_path, "exchange")
    stems = [row["cs-uri-stem"] for file in evidence.rglob("u_ex*.log") for row in w3c_rows(file)]
    assert stems.count("/alpha.aspx") == 1
    assert stems.count("/again") == 3
    everything = "".join(
        path.read_text("utf-8") for path in evidence.rglob("*") if path.suffix in {".LOG", ".jsonl"}
    )
    for text in ("New-Thing", "MyPool", '"P"', ",alpha,"):
        assert text in everything
    assert (truth["campaign"], truth["shells"]) == ("own", ["C:\\inetpub\\wwwroot\\alpha.aspx"])
    assert str(truth["first_seen"]) < str(truth["implanted_at"])
    page = next(evidence.rglob("alpha.aspx"))
    assert page.read_bytes() == b"!BDN<b>alpha"
    assert list(evidence.rglob("alpha.aspx.*.compiled"))


def test_a_farm_has_its_trace_log(tmp_path: Path) -> None:
    """Under its name, with the heading once, beside its web logs."""
    evidence, truth = _generate(tmp_path, "sharepoint")
    (log,) = evidence.rglob(f"{truth['server']}-*.log")
    lines = log.read_text().splitlines()
    assert sum(line.startswith("Timestamp") for line in lines) == 1
    assert sum("(GET:alpha)" in line for line in lines) == 1
    assert all(line.count("\t") == 8 for line in lines)
    assert truth["build"] is None


def test_only_packs_that_are_given_are_known(tmp_path: Path) -> None:
    """An operator's scenario is no scenario of the program."""
    with pytest.raises(UsageError, match="no scenario 'told'"):
        generate(tmp_path / "out", "told")
