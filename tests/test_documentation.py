"""Documentation that cannot lie."""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.cli import build_parser
from alpheus.exposure import conclude, named, strangers
from alpheus.exposure.imports import judge
from alpheus.exposure.model import Status
from alpheus.exposure.report.words import FLAGS
from alpheus.knowledge.packs import load_packs

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="argparse words help differently from Python 3.13 on"
)
def test_the_reference_is_up_to_date() -> None:
    """`make docs` was run after the last change of a command or a rule."""
    ended = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "write_reference.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_reference_speaks_of_what_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of packs that its writer has installed, which are damaged here."""
    (tmp_path / "current").write_text("no number")
    monkeypatch.setenv("ALPHEUS_KNOWLEDGE", str(tmp_path))
    test_the_reference_is_up_to_date()


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield name, command
                for inner, below in _commands(command):
                    yield f"{name} {inner}", below


COMMANDS = dict(_commands(build_parser()))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_reference(name: str) -> None:
    """Under the heading of its command, and with a help text."""
    text = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    _, found, rest = text.partition(f"## alpheus {name}\n")
    assert found
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    for action in COMMANDS[name]._actions:
        if isinstance(action, argparse._SubParsersAction):
            continue  # its commands have headings of their own
        assert action.help, action.dest
        for option in action.option_strings:
            assert option in section


def test_every_rule_is_in_the_reference() -> None:
    """By the id that findings carry."""
    text = (ROOT / "docs" / "reference" / "rules.md").read_text("utf-8")
    names = [file.document["name"] for pack in load_packs() for file in pack.sigma if file.meaning]
    assert [name for name in names if f"`{name}`" not in text] == []


def _words(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _flags_in(tree: ast.AST) -> Iterator[str]:
    """What looks like a flag anywhere, and every word that is put among flags."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "flags":
            yield from _words(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "flags.append":
            yield from _words(node.args[0])
        if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "flags":
            yield from _words(node.value)
    yield from (word for word in _words(tree) if re.fullmatch(r"[a-z]+(?:-[a-z]+)+", word))


def test_the_guide_says_what_to_do_about_every_status_and_flag() -> None:
    """In a table of the guide for those who probe: of what is given, of what the report explains.

    A flag that nothing gives is not explained either.
    """
    text = (ROOT / "docs" / "guides" / "cert.md").read_text("utf-8")
    heads = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", text, re.MULTILINE)
    told = {word for head in heads for word in re.findall(r"`([a-z-]+)`", head)}
    statuses = {status.value for status in Status}
    assert statuses - told == set()
    places = [module.__file__ or "" for module in (conclude, named, strangers, judge)]
    trees = [ast.parse(Path(place).read_text("utf-8")) for place in places]
    given = {word for tree in trees for word in _flags_in(tree) if re.fullmatch(r"[a-z-]+", word)}
    given |= {judge.CONFLICT, judge.COMPROMISED, judge.INDICATOR}
    known = statuses | {"fixed", "not-affected", "vulnerable", "undetermined"}
    assert given - known - told == set()
    assert set(FLAGS) <= given


def _anchors(path: Path) -> set[str]:
    """The anchors that a page's headings have."""
    plain = (re.sub(r"[`*]", "", h).strip() for h in _HEADING.findall(path.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """To a file of the project and, where it names one, to a heading in it."""
    for link in _LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in _anchors(target), link


def test_every_target_of_make_that_is_named_exists() -> None:
    """In the README, in CONTRIBUTING, in the guides and in the help of make itself."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    rules = re.findall(r"^([a-z][\w -]*):", makefile, re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"(?:^|`)make ([a-z][\w-]*)", text + makefile, re.MULTILINE))
    assert {"demo", "test"} <= named
    assert named <= targets, named - targets


def test_every_option_in_the_documentation_exists() -> None:
    """An example with an option that is not there would fail whoever copies it."""
    known = {
        option
        for command in COMMANDS.values()
        for action in command._actions
        for option in action.option_strings
    }
    for page in PAGES:
        for line in page.read_text("utf-8").splitlines():
            if re.match(r"\s*(?:\$ )?(?:\.venv/bin/)?alpheus ", line):
                used = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line))
                assert used <= known | {"--version", "--help"}, f"{_name(page)}: {line}"
