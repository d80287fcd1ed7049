"""Pictures and pages of a campaign in files, whole or not at all, for their owner alone."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from alpheus.campaign.service import Overview
from alpheus.report.files import write_files


def write_svg(overview: Overview, place: Path) -> None:
    """Write the picture as SVG. Raises OutputError."""
    from alpheus.campaign.picture import svg  # noqa: PLC0415 - slow to load

    drawn = svg(overview)
    write_files(place.parent, {place.name: lambda stream: _write(stream, drawn)})


def write_png(overview: Overview, place: Path) -> None:
    """Write the picture as PNG. Raises OutputError."""
    from alpheus.campaign.picture import png  # noqa: PLC0415 - slow to load

    drawn = png(overview)

    def write(stream: TextIO) -> None:
        stream.buffer.write(drawn)

    write_files(place.parent, {place.name: write})


def write_html(overview: Overview, place: Path) -> None:
    """Write the page. Raises OutputError."""
    from alpheus.campaign.page import write_page  # noqa: PLC0415 - slow to load

    write_files(place.parent, {place.name: lambda stream: write_page(overview, stream)})


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
