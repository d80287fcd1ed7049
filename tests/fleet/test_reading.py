"""A unit is a triage of one package, up to the rows that are stored of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from alpheus.cases.assessments import Kept
from alpheus.fleet.model import Parameters, Unit
from alpheus.fleet.reading import Read, Triaging
from alpheus.fleet.stored import find_stored
from alpheus.store.address import parse_address
from alpheus.store.patience import Patience
from store_server import store_server
from timelines import rows_of

KEY = b"k" * 32
LOG = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
    "2021-03-04 10:00:00 10.0.0.1 POST /aspnet_client/k3.aspx - 198.51.100.7 a 200\n"
    "2021-03-04 10:00:05 10.0.0.1 POST /aspnet_client/k3.aspx - 198.51.100.7 a 200\n"
)


@pytest.fixture(scope="module")
def read() -> Read:
    """The function of a worker."""
    return Triaging(Parameters(packs=("iis-webshell",)), KEY)()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder beside the cache."""
    place = tmp_path / "package"
    place.mkdir()
    return place


def _unit(place: Path, *avoid: tuple[str, str]) -> Unit:
    return Unit(1, 1, str(place), place.name, 0, 1, 0, avoid=avoid)


def test_a_package_becomes_what_an_import_of_its_assessment_would(
    read: Read, package: Path
) -> None:
    """Rows, whole assessment, the worst verdict, and where the reader was meanwhile."""
    (package / "u_ex210304.log").write_text(LOG, "utf-8")
    noted: list[str] = []
    found = read(_unit(package), lambda path, _: noted.append(path))
    assert found.document is not None
    assert (found.refused, found.read) == ("", len(LOG))
    (row,) = found.document.rows
    assert (row.kind, row.verdict, found.verdict) == ("assessment", *("compromised",) * 2)
    assert row.whole
    assert found.document.file == str(package)
    assert "u_ex210304.log" in noted
    assert len(found.traces) == 1
    again = read(_unit(package), lambda *_: None)
    assert again.document is not None
    assert again.document.rows[0].digest == row.digest, "the same evidence is the same observation"


def test_a_file_that_is_left_out_is_a_loss(read: Read, package: Path) -> None:
    """With the reason, in the assessment."""
    for name in ("u_ex210304.log", "u_ex210305.log"):
        (package / name).write_text(LOG, "utf-8")
    found = read(_unit(package, ("u_ex210304.log", "not read: so")), lambda *_: None)
    assert found.document is not None
    assert found.read == len(LOG)
    assert Kept(found.document.rows[0].whole).outline.skipped[0].reason == "not read: so"


def test_what_cannot_be_opened_is_refused_in_a_sentence(read: Read, package: Path) -> None:
    """It is nobody's fault, and trying again changes nothing."""
    found = read(_unit(package / "gone"), lambda *_: None)
    assert found.document is None
    assert "gone" in found.refused
    (package / "u_ex210304.log").write_text(LOG, "utf-8")
    found = read(_unit(package, ("u_ex210304.log", "not read: so")), lambda *_: None)
    assert found.refused == "nothing in it could be read: not read: so"
    (package / "empty").mkdir()
    assert "there is no log" in read(_unit(package / "empty"), lambda *_: None).refused


def test_parameters_are_the_options_of_a_triage() -> None:
    """As the operator gave them; times with their zone."""
    asked = Parameters(("proxylogon",), ("/rules",), "Europe/Berlin",
                       "2021-03-01T00:00:00+00:00", "")  # fmt: skip
    options = Triaging(asked, KEY, ("word",)).options()
    assert (options.packs, options.opening.passwords) == (("proxylogon",), ("word",))
    assert str(options.reading.timezone) == "Europe/Berlin"
    assert (str(options.start), options.end, options.workers) == (
        "2021-03-01 00:00:00+00:00", None, 1,
    )  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(asked), type=Parameters) == asked


def test_results_are_written_where_they_are_wanted(package: Path, tmp_path: Path) -> None:
    """The assessment as it is kept, and every row as it was read."""
    (package / "u_ex210304.log").write_text(LOG, "utf-8")
    results = tmp_path / "results"
    parameters = Parameters(packs=("iis-webshell",), results=str(results))
    unit = replace(_unit(package), content="ab")
    found = Triaging(parameters, KEY)()(unit, lambda *_: None)
    assert found.document is not None
    text = (results / "assessments" / "ab.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == found.document.sha256
    rows = rows_of(results / "timelines" / "ab.parquet", "url, client, server")
    assert rows == [("/aspnet_client/k3.aspx", "198.51.100.7", "package")] * 2


def test_a_package_in_a_store_is_the_one_that_was_registered(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has changed since is not judged in its place; a store that is away is told."""
    with store_server(monkeypatch.setenv) as s3:
        s3.put("fleet/EX01/u_ex210304.log", LOG.encode())
        (found,) = find_stored(parse_address("s3://evidence/fleet/"))
        unit = Unit(1, 1, found.place, found.name, 0, 1, 0, content=found.said)
        assert read(unit, lambda *_: None).verdict == "compromised"
        s3.put("fleet/EX01/u_ex210305.log", LOG.encode())
        assert "has changed since it was found" in read(unit, lambda *_: None).refused
        monkeypatch.setattr(Patience, "wait", lambda *_, **__: 1e9)
        s3.faults.append(lambda _: (503, {}))
        found_away = read(unit, lambda *_: None)
        assert "busy or away (503)" in found_away.away
        assert found_away.document is None
