"""Pictures and pages in files, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.campaign.files import write_html, write_png, write_svg
from alpheus.errors import OutputError
from campaign_overview import overview


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """They tell of victims."""
    whole = overview()
    for write, name, begin in (
        (write_svg, "a.svg", b"<svg"), (write_png, "a.png", b"\x89PNG"),
        (write_html, "a.html", b"<!doctype html>"),
    ):  # fmt: skip
        write(whole, tmp_path / name)
        assert (tmp_path / name).read_bytes().lstrip().startswith(begin)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 3


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    """With what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another folder"):
        write_html(overview(), tmp_path / "file" / "a.html")
