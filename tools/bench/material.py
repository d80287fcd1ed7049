"""What is measured upon: evidence of the lab, and parts of it."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools.bench.race import Setting, alpheus, note, run

from alpheus.knowledge.model import Pack

IIS = "W3SVC*/*.log"
HTTPPROXY = "HttpProxy/*/*"
ARCHIVE_BYTES = 2_000_000_000
_LONGEST_LINE = 1 << 20


def evidence(setting: Setting) -> Path:
    """All sources of one simulated server; written once."""
    made = setting.folder / f"webshell-{setting.size}"
    if not (made / "ground-truth.json").exists():
        note(f"writing {setting.size} of evidence into {made.name}")
        fresh = setting.scratch / "lab"
        run(*alpheus("lab", str(fresh), "--scenario", "webshell", "--size", setting.size))
        fresh.rename(made)
    return made / "evidence"


def logs(root: Path, pattern: str) -> list[Path]:
    """Its files of one kind, in order."""
    return [path for path in sorted(root.rglob(pattern)) if path.is_file()]


def mixed(setting: Setting) -> Path:
    """Only IIS and HttpProxy logs, as hard links in the folders where they were."""
    root, target = evidence(setting), setting.scratch / "mixed"
    if not target.exists():
        for path in (*logs(root, IIS), *logs(root, HTTPPROXY)):
            link = target / path.relative_to(root)
            link.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, link)
    return target


def size_of(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def archive(setting: Setting) -> tuple[Path, int]:
    """The mixed logs, 2 GB of them at most, as .zip (written once), and their bytes."""
    made = setting.folder / f"mixed-{setting.size}.zip"
    if not made.exists():
        note(f"writing {made.name}")
        fresh = setting.scratch / made.name
        _zip(mixed(setting), fresh)
        fresh.rename(made)
    with zipfile.ZipFile(made) as opened:
        return made, sum(member.file_size for member in opened.infolist())


def _zip(folder: Path, target: Path) -> None:
    """An archive that is cut short holds both kinds in the proportion that they have."""
    kinds = [logs(folder, pattern) for pattern in (IIS, HTTPPROXY)]
    part = min(1.0, ARCHIVE_BYTES / max(1, size_of(folder)))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for paths in kinds:
            room = part * sum(path.stat().st_size for path in paths)
            for path in up_to(paths, int(room)):
                opened.write(path, path.relative_to(folder))


def up_to(paths: list[Path], room: int) -> Iterator[Path]:
    """The first files, until they fill the room."""
    for path in paths:
        room -= path.stat().st_size
        if room < 0:
            return
        yield path


def joined(paths: list[Path], target: Path, size: int) -> Path:
    """One large log of a busy server: whole lines of the files, again and again, up to a size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w+b") as out:
        while paths and out.tell() < size:
            for path in paths:
                with path.open("rb") as stream:
                    shutil.copyfileobj(stream, out, 1 << 20)
                if out.tell() >= size:
                    break
        start = max(0, size - _LONGEST_LINE)
        out.seek(start)
        out.truncate(start + out.read(size - start).rfind(b"\n") + 1)
    return target


def literals(packs: tuple[Pack, ...]) -> list[str]:
    """What ripgrep is asked for: addresses, host names and pages that were published."""
    rows = [row for pack in packs for row in pack.indicators]
    return sorted({row.value for row in rows if row.type in {"ip", "domain", "page"}})


def pattern_file(setting: Setting, words: list[str]) -> Path:
    """Literals as ripgrep reads them."""
    path = setting.scratch / f"{len(words)}-literals.txt"
    path.write_text("\n".join(words) + "\n", "utf-8")
    return path


def ripgrep(patterns: Path, threads: int) -> tuple[str, ...]:
    """Its search, without what would make it pass over files."""
    return (
        "rg", "-i", "-a", "-F", "-uu", "--no-mmap", "--no-config", f"-j{threads}",
        "-f", str(patterns),
    )  # fmt: skip
