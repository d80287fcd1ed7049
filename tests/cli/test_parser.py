"""Options stand where one likes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from alpheus.cli import COMMANDS, build_parser
from alpheus.cli.parser import Parser


def _small() -> Parser:
    parser = Parser(prog="x")
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("name")
    parser.add_argument("-o", "--output", default="")
    parser.add_argument("--later", action="store_true")
    parser.add_argument("--pair", nargs=2, default=[])
    return parser


@pytest.mark.parametrize("line", [
    "1 2 --output f kim", "1 --output=f 2 kim", "--output f 1 2 kim", "1 2 kim --output f",
    "1 -o f 2 kim", "1 -of 2 kim", "1 2 --outp f kim", "1 2 --out=f -- kim",
])  # fmt: skip
def test_options_between_names(line: str) -> None:
    """In every form that an option has, what is said is the same."""
    found = _small().parse_args(line.split())
    assert (found.numbers, found.name, found.output) == ([1, 2], "kim", "f")


def test_what_is_no_option() -> None:
    """A dash is a file; after two dashes nothing is an option."""
    found = _small().parse_args(["--later", "1", "--pair", "a", "b", "--", "--later"])
    assert (found.numbers, found.name, found.later, found.pair) == ([1], "--later", True,
                                                                    ["a", "b"])  # fmt: skip
    assert _small().parse_args(["1", "--later", "-"]).name == "-"


@pytest.mark.parametrize(
    "line", ["1 --nothing kim", "1 -x kim", "1 kim --output", "--output --later 1 kim", "--o-o kim"]
)
def test_what_is_wrong_is_told(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of argparse."""
    with pytest.raises(SystemExit):
        _small().parse_args(line.split())
    assert "x: error: " in capsys.readouterr().err


def _commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from _commands(one)
            return
    yield parser


def test_all_commands_are_of_this_kind() -> None:
    """So that no command with several names misreads them."""
    found = list(_commands(build_parser()))
    assert len(found) > 30
    assert all(isinstance(one, Parser) for one in found)


def test_whoever_names_a_command_waits_for_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """It alone is built, and says what it says among all."""
    every = _commands_of(build_parser())
    assert len(every) == len(COMMANDS) == len(_commands_of(build_parser("tirage")))
    for name in every:
        alone = build_parser(name)
        assert _commands_of(alone) == [name]
        told = []
        for parser in (alone, build_parser()):
            for words in ([name, "--help"], [name, "--no-such-option"]):
                with pytest.raises(SystemExit):
                    parser.parse_args(words)
            told.append(capsys.readouterr())
        assert told[0] == told[1]


def _commands_of(parser: argparse.ArgumentParser) -> list[str]:
    (choices,) = [one.choices for one in parser._actions if one.nargs == argparse.PARSER]
    return [*(choices or ())]


@pytest.mark.parametrize(("line", "expected"), [
    ("case assign 1 {} noa", {"servers": [1], "to_whom": "noa"}),
    ("case assign 1 {} 2 noa", {"servers": [1, 2], "to_whom": "noa"}),
    ("case merge 1 {} 2 --why x", {"servers": [1, 2]}),
    ("case split 1 {} 3 4 --why x", {"server": 1, "observations": [3, 4]}),
    ("notify export csv {} 3 -o f", {"kind": "csv", "batch": 3}),
    ("case import a {} b", {"files": ["a", "b"]}),
])  # fmt: skip
def test_commands_of_several_names(line: str, expected: dict[str, object]) -> None:
    """Read as they are meant."""
    for option in ("--database X", "--database=X"):
        found = vars(build_parser().parse_args(line.format(option).split()))
        assert found["database"] == "X"
        for name, value in expected.items():
            said = [str(one) for one in found[name]] if name == "files" else found[name]
            assert said == value


@pytest.mark.parametrize(
    "line",
    ["case show 99999999999999999999999", "case list --limit 999999999999999999999",
     "notify plan --assignee a\udcff", "case assign 1 a\udcff", "case note 1 --why \udcff",
     "notify plan --text \udcff", "campaign stats --window 99999999"],
)  # fmt: skip
def test_what_nothing_can_count_or_write_is_refused_in_one_line(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number beyond all counting, and bytes that are no text."""
    with pytest.raises(SystemExit, match="2"):
        build_parser().parse_args(line.split())
    said = capsys.readouterr().err.splitlines()[-1]
    assert "too l" in said or "write it in UTF-8" in said
    said.encode()


def test_files_and_passwords_are_any_bytes() -> None:
    """Their names are the system's."""
    words = ["triage", "a\udcff", "--password", "\udcff", "--custody", "\udcff"]
    assert build_parser().parse_args(words).password == ["\udcff"]
    words = ["notify", "bounces", "a\udcff", "--database", "\udcff"]
    assert build_parser().parse_args(words).database == "\udcff"
