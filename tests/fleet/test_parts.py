"""A package that is read in parts."""

from __future__ import annotations

import os
import pickle
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from alpheus.fleet import parts as module
from alpheus.fleet.model import Parameters, Result, Unit, UnitKind
from alpheus.fleet.parts import PartError, opened
from alpheus.fleet.reading import Read, Triaging

KEY = b"k" * 32
HEAD = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
LINE = "2021-03-{day:02} 10:00:{second:02} 10.0.0.1 {asked} - 198.51.100.7 a 200\n"
OF = 3


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven logs, in two of which a page of an intruder was used."""
    folder = tmp_path_factory.mktemp("parts") / "EX01"
    folder.mkdir()
    for day in range(1, 8):
        asked = "POST /aspnet_client/k3.aspx" if day in {3, 6} else "GET /owa/auth/logon.aspx"
        lines = (LINE.format(day=day, second=n, asked=asked) for n in range(5 * day))
        (folder / f"u_ex2103{day:02}.log").write_text(HEAD + "".join(lines), "utf-8")
    return folder


@pytest.fixture(scope="module")
def read() -> Read:
    """A process of a worker that is prepared."""
    return Triaging(Parameters(("iis-webshell",)), KEY)()


def _unit(package: Path, **more: object) -> Unit:
    unit = Unit(1, 1, str(package), package.name, 3 << 30, 1, 0, content="c" * 64)
    return replace(unit, **more)  # type: ignore[arg-type]


def _part(package: Path, read: Read, number: int) -> bytes:
    unit = _unit(package, kind=UnitKind.PART, part=number, of=OF)
    found = read(unit, lambda *_: None)
    assert (found.document, found.refused) == (None, "")
    assert found.part is not None
    return found.part


def test_what_is_read_counts_once(package: Path, read: Read) -> None:
    """With the part that read it, and not again where it is judged."""
    whole = read(_unit(package), lambda *_: None)
    parts = [read(_unit(package, kind=UnitKind.PART, part=n, of=OF), lambda *_: None)
             for n in range(OF)]  # fmt: skip
    sealed = tuple(one.part or b"" for one in parts)
    assert sum(one.read for one in parts) == whole.read > 0
    assert read(_unit(package, collected=sealed), lambda *_: None).read == 0


def _said(found: Result) -> list[object]:
    assert found.document is not None
    rows = [row._replace(whole=b"") for row in found.document.rows]
    return [rows, found.traces, found.verdict]


def test_parts_that_are_judged_together_say_what_the_whole_says(package: Path, read: Read) -> None:
    """Whoever read which; a part alone is judged by nobody."""
    whole = read(_unit(package), lambda *_: None)
    sealed = tuple(_part(package, read, number) for number in range(OF))
    together = read(_unit(package, collected=sealed), lambda *_: None)
    assert _said(together) == _said(whole)
    assert all(
        opened(one, "c" * 64, n, OF, KEY).collector.files_read for n, one in enumerate(sealed)
    )


def test_a_package_that_is_no_folder_is_read_by_its_first_part(
    package: Path, read: Read, tmp_path: Path
) -> None:
    """Others have nothing to say, and together it is all."""
    alone = tmp_path / "u_ex210303.log"
    os.link(package / "u_ex210303.log", alone)
    whole = read(_unit(alone), lambda *_: None)
    sealed = tuple(_part(alone, read, number) for number in range(OF))
    assert _said(read(_unit(alone, collected=sealed), lambda *_: None)) == _said(whole)


def test_what_cannot_be_opened_is_refused(tmp_path: Path, read: Read) -> None:
    """As a whole package is: at once, or when it is judged."""
    gone = read(_unit(tmp_path / "gone", kind=UnitKind.PART, part=0, of=OF), lambda *_: None)
    assert gone.part is None
    assert str(tmp_path / "gone") in gone.refused
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    sealed = tuple(_part(tmp_path / "x.zip", read, number) for number in range(OF))
    found = read(_unit(tmp_path / "x.zip", collected=sealed), lambda *_: None)
    assert found.refused.startswith("nothing in it could be read")


def test_a_part_is_sealed(package: Path, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clear secrets may be in it; it is of one package, place and key, and bounded."""
    sealed = _part(package, read, 2)
    assert b"k3.aspx" not in sealed
    assert b"k3.aspx" not in zlib.compress(sealed)
    for wrong in ((sealed, "d" * 64, 2, OF, KEY), (sealed, "c" * 64, 1, OF, KEY),
                  (sealed, "c" * 64, 2, 4, KEY), (sealed, "c" * 64, 2, OF, b"x" * 32),
                  (b"", "c" * 64, 2, OF, KEY)):  # fmt: skip
        with pytest.raises(PartError, match=r"part . cannot be read, or is of another key"):
            opened(*wrong)
    monkeypatch.setattr(module, "MOST_OPEN", 100)
    with pytest.raises(PartError, match="is larger than"):
        opened(sealed, "c" * 64, 2, OF, KEY)


class _Makes:
    def __init__(self, place: Path) -> None:
        self.place = str(place)

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.place,)


@pytest.mark.parametrize("what", ["makes", "text", "class"])
def test_nothing_of_a_part_is_run(tmp_path: Path, what: str) -> None:
    """By whoever has the key: only our own records are made of it."""
    made = {"makes": _Makes(tmp_path / "made"), "text": "text", "class": os.path}[what]
    content = zlib.compress(pickle.dumps(made if what != "class" else [Read]))
    nonce = bytes(12)
    sealed = nonce + AESGCM(module._derived(KEY)).encrypt(nonce, content, b"p 0 1")
    with pytest.raises(PartError, match="part 1"):
        opened(sealed, "p", 0, 1, KEY)
    assert not (tmp_path / "made").exists()
