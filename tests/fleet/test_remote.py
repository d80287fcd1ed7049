"""How units travel to workers, and results back."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from alpheus.cases.observations import Row
from alpheus.cases.strands import Strand, Trait, TraitKind
from alpheus.fleet.model import Parameters, Result, Unit, UnitKind
from alpheus.fleet.reading import Triaging
from alpheus.fleet.remote import TriageOrder
from fleet_filling import KEY, result

UNIT = Unit(7, 3, "/packages/srv1", "srv1", 1_000, 1, 0, avoid=(("a.log", "not read"),))
ORDER = TriageOrder(Triaging(Parameters(("iis-webshell",)), KEY, ("infected",)), "v" * 64, 4 << 30)


def _sent(found: Result) -> bytes:
    return msgspec.json.encode(found)


def test_a_unit_and_its_result_arrive_as_they_were() -> None:
    """With rows, states and traces, of a victim and of a server that is clean."""
    assert msgspec.json.decode(ORDER.encode(UNIT), type=Unit) == UNIT
    for victim in (True, False):
        made = result("srv1", victim=victim)
        assert ORDER.decode(UNIT, _sent(made)) == made
    refused = Result(refused="it is encrypted")
    assert ORDER.decode(UNIT, _sent(refused)) == refused


def test_parts_travel_too() -> None:
    """What a part said, and all of it to who judges; of a whole package none is taken."""
    part = replace(UNIT, kind=UnitKind.PART, part=1, of=3)
    said = Result(part=b"sealed", read=5)
    assert ORDER.decode(part, _sent(said)) == said
    whole = replace(UNIT, collected=(b"sealed", b"\x00\xff"))
    assert msgspec.json.decode(ORDER.encode(whole), type=Unit) == whole
    assert ORDER.memory(whole) == ORDER.most
    for unit, wrong in ((UNIT, said), (part, result("srv1")), (part, Result())):
        with pytest.raises(ValueError, match="no result of this unit"):
            ORDER.decode(unit, _sent(wrong))


def test_a_real_triage_travels(tmp_path: Path) -> None:
    """A process of a worker is prepared by what was pickled, and judges a package."""
    folder = tmp_path / "EX01"
    folder.mkdir()
    (folder / "u_ex210304.log").write_text(
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
        "2021-03-04 10:00:00 10.0.0.1 POST /aspnet_client/k3.aspx - 198.51.100.7 a 200\n", "utf-8"
    )  # fmt: skip
    unit = replace(UNIT, place=str(folder), avoid=())
    work = pickle.loads(ORDER.setup)()
    found = ORDER.decode(unit, work(ORDER.encode(unit), lambda *_: None))
    assert found.document is not None
    assert found.verdict


def _row(change: Callable[[Row], Row]) -> Result:
    made = result("srv1", victim=True)
    assert made.document is not None
    rows = tuple(change(row) for row in made.document.rows)
    return replace(made, document=replace(made.document, rows=rows))


def _trait(length: int) -> Trait:
    return Trait(TraitKind.AGENT, "x" * length)


@pytest.mark.parametrize(
    "wrong",
    [
        result("srv2", victim=True),
        replace(result("srv1"), verdict="fine"),
        replace(result("srv1"), cpu=-1),
        replace(result("srv1"), traces=()),
        replace(result("srv1"), strands=()),
        replace(result("srv1"), strands=((Strand("", "", ()),) * 50,)),
        replace(result("srv1"), strands=((Strand("", "", (_trait(9_000),)),),)),
        replace(result("srv1"), strands=((Strand("", "", (_trait(9),) * 900),),)),
        replace(result("srv1"), document=None),
        Result(refused="x" * 9_000),
        _row(lambda row: row._replace(digest=b"another's")),
        _row(lambda row: row._replace(body=row.body + " ")),
        _row(lambda row: row._replace(kind="probe")),
        _row(lambda row: row._replace(whole=b"")),
    ],
)
def test_what_no_triage_of_the_unit_gives_is_not_taken(wrong: Result) -> None:
    """Of another package, incomplete, or known by what another is known by."""
    with pytest.raises(ValueError, match="no result of this unit"):
        ORDER.decode(UNIT, _sent(wrong))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"read":"many"}', b"\xff"])
def test_what_has_no_form_is_not_taken(content: bytes) -> None:
    """It is JSON of a known schema."""
    with pytest.raises(ValueError, match=r"no result|not the form"):
        ORDER.decode(UNIT, content)


@pytest.mark.parametrize(
    ("size", "strikes", "memory"),
    [(1_000, 0, 1 << 30), (500 << 20, 0, 2 << 30), (9 << 30, 0, 4 << 30), (1_000, 1, 4 << 30)],
)
def test_memory_goes_by_size_and_by_what_happened(size: int, strikes: int, memory: int) -> None:
    """What has ended a reader is given all that the operator allows."""
    assert ORDER.memory(replace(UNIT, bytes=size, strikes=strikes)) == memory
    assert replace(ORDER, most=1 << 20).memory(UNIT) == 1 << 20
