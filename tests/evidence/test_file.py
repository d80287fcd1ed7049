"""One file of a package."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.errors import LimitError
from alpheus.evidence.base import Limits
from alpheus.evidence.budget import Budget
from alpheus.evidence.file import MemberFile
from alpheus.evidence.members import Member
from alpheus.evidence.spool import Spool

_DATA = b"line\n" * 50_000
_HASH = hashlib.sha256(_DATA).hexdigest()


@pytest.fixture
def spool() -> Iterator[Spool]:
    """A spool of one MiB."""
    with Spool(1 << 20) as made:
        yield made


def _file(member: Member, spool: Spool, **limits: int) -> MemberFile:
    return MemberFile("E1", "a/x.log", "a/", member, budget=Budget(Limits(**limits)), spool=spool)


def _forward() -> Member:
    streams = iter([io.BytesIO(_DATA)])
    return Member("x.log", lambda: next(streams), len(_DATA), forward=True)


def test_hash_is_known_at_the_end(spool: Spool) -> None:
    """Half a file has no hash; bytes_read is the farthest point."""
    file = _file(Member("x.log", lambda: io.BytesIO(_DATA), len(_DATA)), spool)
    with file.open() as stream:
        stream.read(1000)
    assert file.sha256 is None
    assert file.bytes_read == 1000
    with file.open() as stream:
        assert stream.read() == _DATA
    assert file.sha256 == _HASH
    assert file.bytes_read == len(_DATA)


def test_forward_only_file_can_be_looked_at_first(spool: Spool) -> None:
    """The head, then the whole, then a copy: of one stream that is opened once."""
    file = _file(_forward(), spool)
    assert file.head() == _DATA[:4096]
    with file.open() as stream:
        assert stream.read() == _DATA
    with file.local() as path:
        assert path.read_bytes() == _DATA
    with file.open() as stream:
        assert stream.read(4) == b"line"
    file.release()
    assert not path.exists()


def test_local_of_a_real_file_is_the_file(tmp_path: Path, spool: Spool) -> None:
    """Nothing is copied, and the hash is there before the path is used."""
    real = tmp_path / "x.log"
    real.write_bytes(_DATA)
    file = _file(Member("x.log", lambda: real.open("rb"), len(_DATA), path=real), spool)
    with file.local() as path:
        assert path == real
        assert file.sha256 == _HASH
    file.release()
    assert real.exists()


def test_copy_is_bounded(spool: Spool) -> None:
    """A file that is larger than the spool is refused before, or while, it is copied."""
    for size in (len(_DATA), None):
        member = Member("x.log", lambda: io.BytesIO(bytes(2 << 20)), size)
        file = _file(member, spool, spool_bytes=1000)
        with pytest.raises(LimitError, match="spool_bytes"), file.local():
            pass
        file.release()
