"""Evidence in a store, from the command line: the same as from a disk, and no secret anywhere."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from alpheus.fleet.progress import progress
from byte_server import ByteServer, byte_server
from store_server import SECRET, StoreServer, store_server
from timelines import timeline

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[StoreServer, dict[str, str]]]:
    """One server for all."""
    said: dict[str, str] = {}
    with store_server(said.__setitem__) as server:
        yield server, said


@pytest.fixture
def s3(
    shared: tuple[StoreServer, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> StoreServer:
    """Nothing counted yet; files go into a folder of this test."""
    for name, value in shared[1].items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    shared[0].faults.clear()
    shared[0].forget()
    return shared[0]


@pytest.fixture(scope="module")
def web() -> Iterator[ByteServer]:
    """A web server."""
    with byte_server() as found:
        yield found


def _zip(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
        archive.writestr("C/big.edb", bytes(2 << 20))
        for number in range(4):
            archive.writestr(f"C/{number}.bin", random.Random(number).randbytes(600_000))
    return out.getvalue()


def _json(capsys: Capture, *arguments: str | Path) -> dict[str, object]:
    capsys.readouterr()
    assert main(["triage", *map(str, arguments), "--format", "json", "--workers", "1"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_the_judgement_is_that_of_a_local_copy(
    tiny: Path, s3: StoreServer, tmp_path: Path, capsys: Capture
) -> None:
    """The same servers and findings; beside them where it lay, and what was left there."""
    content = _zip(tiny)
    (tmp_path / "p.zip").write_bytes(content)
    s3.put("in/p.zip", content)
    local = _json(capsys, tmp_path / "p.zip", "--custody", "-")
    far = _json(capsys, "s3://evidence/in/p.zip", "--custody", "c.log", "-o", "out")
    for name in ("report.html", "report.md"):
        report = Path("out", name).read_text("utf-8")
        assert "evidence/in/p.zip" in report
        assert "a folder; each file" not in report
    assert far["servers"] == local["servers"]
    (evidence,) = far["evidence"]  # type: ignore[misc]
    assert evidence["store"]["address"] == "s3://evidence/in/p.zip"
    assert any("left in the store" in one["reason"] for one in far["skipped"])  # type: ignore[attr-defined]
    text = Path("c.log").read_text("utf-8")
    assert '"path":"s3://evidence/in/p.zip"' in text
    assert evidence["store"]["etag"].strip('"') in text
    assert SECRET not in text + str(far)


def test_what_was_read_before_is_known_as_long_as_the_store_has_the_same(
    tiny: Path, s3: StoreServer, capsys: Capture
) -> None:
    """By ETag; a changed object is read anew, and no result is given from memory unasked."""
    s3.put("again.zip", _zip(tiny))
    first = _json(capsys, "s3://evidence/again.zip", "--custody", "-")
    before = s3.sent
    second = _json(capsys, "s3://evidence/again.zip", "--custody", "-")
    assert second["servers"] == first["servers"]
    assert s3.sent - before < before // 2
    s3.put("again.zip", _zip(tiny / "nothing"))
    third = _json(capsys, "s3://evidence/again.zip", "--custody", "-")
    assert third["servers"] != first["servers"]


def test_a_signed_address_is_used_and_shown_nowhere(
    tiny: Path, web: ByteServer, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in the report, not in the custody log, not in what is said."""
    monkeypatch.chdir(tmp_path)
    web.content = _zip(tiny)
    address = f"{web.url}/p.zip?X-Amz-Signature=hush"
    status = main(["triage", address, "--workers", "1", "--custody", "c.log", "-o", "out"])
    assert status == 0
    printed = capsys.readouterr()
    texts = [path.read_text("utf-8", "replace") for path in Path().rglob("*") if path.is_file()]
    assert "hush" not in "".join([printed.out, printed.err, *texts])
    assert "p.zip?…" in Path("out/assessment.json").read_text("utf-8").encode().decode(
        "unicode_escape"
    )
    assert {path for _, path, _ in web.asked} == {"/p.zip?X-Amz-Signature=hush"}


@pytest.mark.parametrize("address", ["s3://AKIA:hush@bucket/k", "https://me:hush@host/k"])
def test_credentials_in_an_address_are_refused_without_being_repeated(
    address: str, capsys: Capture
) -> None:
    """With the remedy, and as wrong usage."""
    with pytest.raises(SystemExit) as ended:
        main(["triage", address])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "give them in the environment" in said
    assert "hush" not in said


def test_a_campaign_over_a_prefix(tiny: Path, s3: StoreServer, capsys: Capture) -> None:
    """Each object and each prefix below is a package, once; results go into the store, too."""
    content = _zip(tiny)
    s3.put("fleet/EX01.zip", content)
    s3.put("fleet/EX02.zip", content)
    s3.put("fleet/notes.txt", b"hello")
    for path in sorted(tiny.rglob("*")):
        if path.is_file():
            s3.put(f"fleet/EX03/{path.relative_to(tiny).as_posix()}", path.read_bytes())
    run = ["campaign", "run", "s3://evidence/fleet/", "--workers", "1", "--pack", "iis-webshell",
           "--results", "s3://evidence/results"]  # fmt: skip
    assert main(run) == 0
    said = capsys.readouterr().err
    assert "3 packages" in said
    assert "1 has the same content as another" in said
    assert "1 object is no package" in said
    assert "2 packages judged now" in said
    listed = s3.client.list_objects_v2(Bucket="evidence", Prefix="results/")["Contents"]
    kinds = sorted(one["Key"].split("/")[1] for one in listed)
    assert kinds == ["about.txt", *["assessments"] * 2, *["timelines"] * 2]
    s3.forget()
    assert main(run) == 0
    assert "nothing was left to do" in capsys.readouterr().err
    assert [one.method for one in s3.seen if one.sent > 4_096 and "list-type" not in one.path] == []


def test_a_large_package_in_a_store_is_read_in_parts(
    tiny: Path, s3: StoreServer, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By several readers, none of which reads what another has; judged as the whole is."""
    s3.put("large/EX01.zip", _zip(tiny))
    run = ["campaign", "run", "s3://evidence/large/", "--workers", "2", "--later"]
    assert main([*run, "--database", "whole.db"]) == 0
    whole, before = _judged(capsys, "whole.db"), s3.sent
    s3.forget()
    monkeypatch.setattr("alpheus.fleet.model.PART", 1 << 20)
    assert main([*run, "--database", "parts.db"]) == 0
    with open_database("parts.db") as database:
        parts = next(one for one in progress(database).kinds if one.name == "part")
    assert parts.done > 2
    assert _judged(capsys, "parts.db") == whole
    assert s3.sent <= 1.1 * before + parts.done * (144 << 10), "and what tells one from another"


def _judged(capsys: Capture, place: str) -> list[dict[str, object]]:
    """Servers as a campaign run judged them."""
    capsys.readouterr()
    assert main(["campaign", "report", "--database", place, "--format", "json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["judged"]
    return [{**one, "unit": 0, "observation": 0} for one in found]


def test_a_signed_address_is_no_campaign(capsys: Capture, tmp_path: Path) -> None:
    """It cannot be kept for another day, or another machine."""
    database = str(tmp_path / "c.db")
    address = "https://host/p.zip?sig=hush"
    assert main(["campaign", "run", address, "--database", database]) == 2
    assert "hush" not in capsys.readouterr().err


def test_a_hunt_over_timelines_in_a_store(
    s3: StoreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """They are fetched once."""
    monkeypatch.setenv("ALPHEUS_CACHE", str(tmp_path / "cache"))
    log = (
        b"#Fields: date time cs-uri-stem c-ip sc-status\n"
        b"2021-03-03 06:59:20 /owa/ 203.0.113.9 200\n"
    )
    timeline(tmp_path / "t.parquet", {"W3SVC1/u_ex210303.log": log})
    s3.put("hunted/timelines/ab.parquet", (tmp_path / "t.parquet").read_bytes())
    asked = ["hunt", "SELECT url FROM timeline", "s3://evidence/hunted", "--format", "jsonl"]
    for _ in range(2):
        assert main(asked) == 0
        assert json.loads(capsys.readouterr().out) == {"url": "/owa/"}
    assert sum(one.path.endswith("ab.parquet") and one.method == "GET" for one in s3.seen) == 1
    assert main(["hunt", "status = 200", "s3://evidence/nothing"]) == 2
    assert "no timeline is there" in capsys.readouterr().err
