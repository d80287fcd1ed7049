"""The honest table: what is found, what is taken for a shell and is none, by kind and by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench_webshell.corpus import GROUPS, Page

HEAD = (
    "pages", "detector", "shells", "found", "clusters", "found, by cluster", "benign",
    "false alarms", "with inline code", "false alarms there",
)  # fmt: skip
TARGETS = {
    "ASP.NET": ("≥ 98 %", "≥ 97 %", "≤ 0.1 %", "≤ 1 %"),
    "classic ASP": ("≥ 93 %", "", "≤ 0.5 %", ""),
}
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detector:
    """What it found among the shells, and its false alarms among the benign pages."""

    name: str
    found: frozenset[Path]
    alarms: frozenset[Path]


@dataclass(frozen=True, slots=True)
class Material:
    """The pages, and the cluster of each shell."""

    shells: Sequence[Page]
    benign: Sequence[Page]
    clusters: Mapping[Path, int]


def rows(material: Material, detectors: Sequence[Detector]) -> list[Row]:
    """By group with the targets, by extension, by repository and group."""
    found: list[Row] = []
    for group in GROUPS:
        found += _rows(material, detectors, group, group=group)
        if group in TARGETS and found and found[-1][0] == group:
            tpr, weighted, alarms, inline = TARGETS[group]
            found.append((group, "target", "", tpr, "", weighted, "", alarms, "", inline))
    for extension in [name for names in GROUPS.values() for name in names]:
        found += _rows(material, detectors, f".{extension}", extension=extension)
    for repository, group in _places(material):
        found += _rows(
            material, detectors, f"{repository}, {group}",
            repository=repository, group=group,
        )  # fmt: skip
    return found


def _places(material: Material) -> Iterator[tuple[str, str]]:
    for pages in (material.shells, material.benign):
        for repository in sorted({page.repository for page in pages}):
            for group in GROUPS:
                if any((p.repository, p.group) == (repository, group) for p in pages):
                    yield repository, group


def _rows(material: Material, detectors: Sequence[Detector], name: str, **wanted: str) -> list[Row]:
    """A line per detector for the pages that are as wanted."""
    shells = [page for page in material.shells if _is(page, wanted)]
    benign = [page for page in material.benign if _is(page, wanted)]
    if not shells and not benign:
        return []
    return [
        (
            name, detector.name,
            *_shell_cells(shells, material.clusters, detector.found),
            *_benign_cells(benign, detector.alarms),
        )
        for detector in detectors
    ]  # fmt: skip


def _is(page: Page, wanted: Mapping[str, str]) -> bool:
    return all(getattr(page, name) == value for name, value in wanted.items())


def _shell_cells(
    shells: Sequence[Page], clusters: Mapping[Path, int], found: frozenset[Path]
) -> Row:
    if not shells:
        return ("", "", "", "")
    hits: dict[int, list[bool]] = {}
    for page in shells:
        hits.setdefault(clusters[page.path], []).append(page.path in found)
    number = sum(map(sum, hits.values()))
    weighted = sum(sum(members) / len(members) for members in hits.values())
    return (
        f"{len(shells):,}", _share(number, len(shells)),
        f"{len(hits):,}", f"{100 * weighted / len(hits):.1f} %",
    )  # fmt: skip


def _benign_cells(benign: Sequence[Page], alarms: frozenset[Path]) -> Row:
    if not benign:
        return ("", "", "", "")
    inline = [page for page in benign if page.inline]
    cells: list[str] = []
    for pages in (benign, inline):
        number = sum(page.path in alarms for page in pages)
        cells += [f"{len(pages):,}", _share(number, len(pages), 2) if pages else ""]
    return tuple(cells)


def _share(number: int, of: int, digits: int = 1) -> str:
    return f"{100 * number / of:.{digits}f} % ({number:,})"


def render(head: Sequence[str], lines: Sequence[Row]) -> str:
    """As Markdown that can be read as it is."""
    cells = [[cell.replace("|", "\\|") or "–" for cell in line] for line in (head, *lines)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    return "".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |\n"
        for line in cells
    )
