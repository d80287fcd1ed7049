"""The repository keeps its own rules."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "alpheus"
TESTS = ROOT / "tests"
LONGEST = 500

NOUNS = frozenset({"model", "errors", "scratch", "user_folders"})
ROOMS = (
    "store",
    "evidence",
    "parsers",
    "scan",
    "timeline",
    "knowledge",
    "detect",
    "judge",
    "engine",
    "job",
    "pipeline",
    "triage",
    "report",
    "updates",
    "sharing",
    "custody",
    "respond",
    "collect",
    "exposure",
    "directory",
    "cases",
    "notify",
    "fleet",
    "hunt",
    "campaign",
    "lab",
    "web",
    "cli",
)
"""The order of docs/architecture.md: a room imports rooms that stand before it."""

STANDS_ALONE = frozenset({"store", "engine", "report", "custody", "lab"})
"""Rooms that import the nouns and nothing else."""

MODULES = sorted(
    path for path in SOURCE.rglob("*.py") if path.name not in {"__init__.py", "__main__.py"}
)
TEST_FILES = sorted(TESTS.rglob("test_*.py"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tracked() -> list[Path]:
    """Every tracked file; outside a git checkout, every file beside what tools leave behind."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        )
        return [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    left_behind = {"bench", "build", "demo", "demo-exposure", "dist"}
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name[0] != "." and name not in left_behind]
        found += [Path(folder, name) for name in names]
    return found


def _texts() -> Iterator[tuple[Path, str]]:
    for path in _tracked():
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content[:8192]:
                yield path, content.decode("utf-8", "replace")


def test_every_source_file_has_a_test_file() -> None:
    """`src/alpheus/room/x.py` is tested by `tests/room/test_x.py`."""
    places = [path.relative_to(SOURCE) for path in MODULES]
    assert len(places) > 900
    tests = [TESTS / place.parent / f"test_{place.name}" for place in places]
    assert [_name(test) for test in tests if not test.is_file()] == []


def _test_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node


def test_every_test_says_its_rule() -> None:
    """A test's docstring is the rule that it checks; a file of tests has at least one."""
    assert len(TEST_FILES) > 900
    empty, silent = [], []
    for path in TEST_FILES:
        functions = list(_test_functions(path))
        empty += [] if functions else [_name(path)]
        silent += [f"{_name(path)}: {one.name}" for one in functions if not ast.get_docstring(one)]
    assert (empty, silent) == ([], [])


def test_no_source_file_is_long() -> None:
    """A module has one responsibility and at most 500 lines."""
    lengths = {_name(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def _imported_rooms(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "alpheus":
            names |= {f"alpheus.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{_name(path)}: imports are absolute"
            names.add(node.module or "")
    rooms = {name.split(".")[1] for name in names if name.startswith("alpheus.")}
    return rooms - {"__version__"}


def _allowed(room: str) -> set[str]:
    if room in NOUNS:
        return set(NOUNS)
    own = {room, *NOUNS}
    return own if room in STANDS_ALONE else own | set(ROOMS[: ROOMS.index(room)])


def test_a_room_imports_only_rooms_above_it() -> None:
    """Data flows one way, in the order of docs/architecture.md."""
    paths = sorted(SOURCE.rglob("*.py"))
    assert len(paths) > 900
    wrong = []
    for path in paths:
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        allowed = {"cli"} if room in {"__init__", "__main__"} else _allowed(room)
        wrong += [f"{_name(path)}: {one}" for one in sorted(_imported_rooms(path) - allowed)]
    assert wrong == []


def test_the_architecture_lists_the_rooms_in_this_order() -> None:
    """What is checked here is what the documentation says."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", text, re.MULTILINE)
    assert tuple(listed) == ROOMS
    assert {path.name.removesuffix(".py") for path in SOURCE.iterdir()} >= {*listed, *NOUNS}


def test_no_trace_of_a_machine_or_a_registry() -> None:
    """Nothing names a path of the machine that built it, or the host of a package registry."""
    # Put together here, so that this file does not name them either.
    traces = ("/" + "work/", "py" + "pi.org", "files.python" + "hosted")
    found = [
        f"{_name(path)}: {trace}" for path, text in _texts() for trace in traces if trace in text
    ]
    assert found == []


def test_nothing_in_the_source_is_unfinished() -> None:
    """No note of what is still to be done; an abstract method says so by its base class."""
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
    found = [
        f"{_name(path)}:{number}"
        for path in SOURCE.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if unfinished.search(line)
    ]
    assert found == []


def test_every_decision_is_listed() -> None:
    """`docs/adr/README.md` links every decision under its number, and nothing else."""
    folder = ROOT / "docs" / "adr"
    linked = re.findall(r"\[(\d{4})\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text())
    assert all(name.startswith(number) for number, name in linked)
    assert [name for _, name in linked] == sorted(p.name for p in folder.glob("[0-9]*.md"))


def test_licence_and_notice_are_there() -> None:
    """The project is under Apache-2.0, and says whose facts it carries."""
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")
    assert (ROOT / "NOTICE").read_text("utf-8").startswith("Alpheus\n")
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "requirements.lock"):
        assert (ROOT / name).is_file()
