"""`alpheus collect`: the table explained, and written for collectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.cli.collect import FORMS
from alpheus.knowledge.collection_file import formats
from clean_assessments import document, server


def _run(capsys: pytest.CaptureFixture[str], *words: str | Path, status: int = 0) -> str:
    assert main(["collect", *map(str, words)]) == status
    return capsys.readouterr().out


def test_what_decides_is_listed_first(capsys: pytest.CaptureFixture[str]) -> None:
    """For people, and as JSON and CSV in the same order."""
    text = _run(capsys, "list")
    assert text.startswith("A verdict rests on these")
    entries = json.loads(_run(capsys, "list", "--format", "json"))["entries"]
    assert entries[0]["id"] == "httpproxy"
    table = _run(capsys, "list", "--format", "csv").splitlines()
    assert table[0].startswith("id,title,")
    assert len(table) == len(entries) + 1


def test_a_web_server_is_not_asked_for_exchange(capsys: pytest.CaptureFixture[str]) -> None:
    """In any case of letters; a product that is not known is told."""
    entries = json.loads(_run(capsys, "list", "--product", "IIS", "--format", "json"))["entries"]
    ids = {one["id"] for one in entries}
    assert "iis-front-end" in ids
    assert "mft" in ids
    assert "httpproxy" not in ids
    _run(capsys, "list", "--product", "lotus", status=2)


def test_what_an_assessment_lacks_is_listed_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With what is missing of it; a server is named where there are several."""
    path = tmp_path / "a.json"
    row = {"source": "httpproxy", "files": 1, "covers_window": True}
    path.write_text(json.dumps(document(server("A", coverage=[row]), server("B", coverage=[]))))
    text = _run(capsys, "list", "--missing", path, "--server", "A", "--format", "json")
    found = {one["id"]: one["missing"] for one in json.loads(text)["entries"]}
    assert "httpproxy" not in found
    assert "registry" not in found
    assert found["ecp-server"] == "none in the evidence"
    _run(capsys, "list", "--missing", path, status=3)


def test_nothing_missing_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """And how much an assessment does not tell."""
    listed = json.loads(_run(capsys, "list", "--format", "json"))["entries"]
    rows = [
        {"source": one["source"], "files": 1, "covers_window": True}
        for one in listed if one["source"]
    ]  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document(server("A", coverage=rows))))
    assert main(["collect", "list", "--missing", str(path)]) == 0
    said = capsys.readouterr()
    assert not said.out
    assert "nothing of the table is missing" in said.err
    assert "of which an assessment does not tell" in said.err


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_written_into_a_folder_or_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    """A folder gets the usual name; the label is said as well, and what the file is called."""
    _run(capsys, "write", form, "-o", f"{tmp_path}/new/")
    assert main(["collect", "write", form, "-o", str(tmp_path / "mine")]) == 0
    said = capsys.readouterr().err
    assert " ".join(formats()[form].label.split()) in " ".join(said.split())
    name = formats()[form].called("mine")
    assert f"{tmp_path / name}: written" in said
    usual = (tmp_path / "new" / formats()[form].file).read_bytes()
    own = (tmp_path / name).read_bytes()
    assert usual.replace(formats()[form].file.encode(), b"mine") == own or form != "list"
    assert own


def test_own_places_and_packs_are_in_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A pack's folder adds entries; a wrong place writes nothing."""
    pack = tmp_path / "my-pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text('id: my-pack\nversion: "1"\ntitle: T\nproducts: [X]\n')
    (pack / "collection.yaml").write_text(
        "entries: [{id: uls, title: L, products: [x], paths: ['%Volume%\\uls\\*.log'],"
        " why: W., size: s, kept: k, triage: false}]\n"
    )
    out = tmp_path / "list.txt"
    _run(capsys, "write", "list", "-o", out, "--rules", pack, "--place", "Volume=D:")
    assert "D:\\uls\\*.log" in out.read_text().splitlines()
    _run(capsys, "write", "list", "-o", tmp_path / "no.txt", "--place", "X=D:", status=2)
    _run(capsys, "write", "list", "-o", "", status=2)
    assert not (tmp_path / "no.txt").exists()
