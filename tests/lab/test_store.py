"""Rolling files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.lab import store
from alpheus.lab.store import LogKind, RollingLog, Store

_NOON = datetime(2021, 3, 1, 12, tzinfo=UTC)
_DAILY = LogKind("logs", "log{stamp}-{part}.LOG", "%Y%m%d", lambda _: "#head\r\n")
_W3C = LogKind("iis", "u_ex{stamp}.log", "%y%m%d", lambda _: "#head\r\n", repeats_header=True)


def test_a_file_a_day(tmp_path: Path) -> None:
    """A new day opens a new file with a header; rows end with CRLF."""
    log = RollingLog(tmp_path, _DAILY, "utf-8")
    log.write(_NOON, "a\r\nb")
    log.write(_NOON + timedelta(days=1), "c")
    log.close()
    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == ["log20210301-1.LOG", "log20210302-1.LOG"]
    assert files[0].read_bytes() == b"#head\r\na\r\nb\r\n"
    assert log.written == sum(file.stat().st_size for file in files)


def test_restart_goes_on_in_a_second_part(tmp_path: Path) -> None:
    """Exchange opens the next part after a restart; IIS repeats its header in the same file."""
    for kind in (_DAILY, _W3C):
        log = RollingLog(tmp_path, kind, "utf-8")
        log.write(_NOON, "a")
        log.restart()
        log.write(_NOON, "b")
        log.close()
    assert len(list((tmp_path / "logs").iterdir())) == 2
    assert (tmp_path / "iis/u_ex210301.log").read_bytes() == b"#head\r\na\r\n#head\r\nb\r\n"


def test_full_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that is full is followed by the next."""
    monkeypatch.setattr(store, "PART_BYTES", 10)
    log = RollingLog(tmp_path, _DAILY, "utf-8")
    for _ in range(3):
        log.write(_NOON, "0123456789")
    log.close()
    assert len(list((tmp_path / "logs").iterdir())) == 3


def test_utf_16_has_one_mark(tmp_path: Path) -> None:
    """A log saved as UTF-16 begins with one byte order mark and reads back."""
    log = RollingLog(tmp_path, _DAILY, "utf-16")
    log.write(_NOON, "é")
    log.write(_NOON, "b")
    log.close()
    data = (tmp_path / "logs/log20210301-1.LOG").read_bytes()
    assert data.startswith(b"\xff\xfe")
    assert data.decode("utf-16") == "#head\r\né\r\nb\r\n"


def test_missing_logs_are_not_held(tmp_path: Path) -> None:
    """A store knows what it holds, and what it has written."""
    kept = Store({"a": RollingLog(tmp_path, _DAILY, "utf-8")})
    assert kept.holds("a")
    assert not kept.holds("b")
    kept.write("a", _NOON, ["x", "y"])
    kept.restart()
    kept.close()
    assert kept.written == len(b"#head\r\nx\r\ny\r\n")


def test_unwritable_place(tmp_path: Path) -> None:
    """A place that cannot be written is an output error that names the file."""
    (tmp_path / "logs").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        RollingLog(tmp_path, _DAILY, "utf-8").write(_NOON, "a")
