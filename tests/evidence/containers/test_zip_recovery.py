"""Members found without a directory."""

from __future__ import annotations

import io
import zipfile

from alpheus.evidence.base import Limits
from alpheus.evidence.budget import Budget
from alpheus.evidence.containers.zip_headers import Entry
from alpheus.evidence.containers.zip_recovery import recover
from alpheus.evidence.members import Loss


def _recover(data: bytes) -> tuple[list[str], list[int | None]]:
    found = list(recover(io.BytesIO(data), Budget(Limits())))
    names = [item.name for item in found if isinstance(item, Entry)]
    return names, [item.offset for item in found if isinstance(item, Loss)]


def _members(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"content of " + name.encode())
    data = buffer.getvalue()
    return data[: data.index(b"PK\x01\x02")]


def test_finds_all_and_says_where_it_ends() -> None:
    """Every member before the end is found; the loss has the offset of the end."""
    data = _members("a.log", "b.log")
    assert _recover(data) == (["a.log", "b.log"], [len(data)])


def test_searches_on_behind_damage() -> None:
    """A damaged stretch is a loss with its offset, and the next header is searched for."""
    first, second = _members("a.log"), _members("b.log")
    data = first + b"\xff" * 3_000_000 + second
    assert _recover(data) == (["a.log", "b.log"], [len(first), len(data)])


def test_an_archive_inside_is_not_taken_apart() -> None:
    """The members of a stored inner archive are its own, not those of the outer one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("in.zip", _members("deep.log"))
        archive.writestr("z.log", b"z")
    data = buffer.getvalue()
    assert _recover(data[: data.index(b"PK\x01\x02")])[0] == ["in.zip", "z.log"]


def test_nothing_to_find() -> None:
    """Bytes without a header give one loss."""
    assert _recover(b"PK\x03\x04" + b"\xff" * 100) == ([], [0])
