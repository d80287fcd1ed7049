"""A parser that takes options wherever they stand, also between the names of several things.

`argparse` fills positional arguments from what stands before the first option: of
`assign 17 --database cases.db kim` it takes 17 for the name, and of `import a.csv --later b.csv` it
does not know the second file. So options go to the front before it looks.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alpheus.cli.arguments import path
from alpheus.cli.arguments import place as place_of

_END = "--"
_AS_GIVEN = frozenset({
    "FILE", "FOLDER", "OUT", "PATH", "PLACE", "TARGET", "NAME=PATH", "C=PATH", "WORD",
})  # fmt: skip
"""What files and passwords are called: their bytes may be no text."""


class Parser(argparse.ArgumentParser):
    """As `argparse.ArgumentParser`; commands below it are of the same kind."""

    def parse_known_args(  # type: ignore[override]  # argparse has two forms of it
        self,
        args: Sequence[str] | None = None,
        namespace: Any = None,  # noqa: ANN401 - as in argparse
    ) -> tuple[Any, list[str]]:
        """As in `argparse`, with options first; commands below read their own words so."""
        if args is not None and not self._has_commands():
            args = self._options_first(list(args))
        return super().parse_known_args(args, namespace)

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:  # noqa: ANN401
        """As in `argparse`; what is kept or compared has to be text."""
        if not _is_taken_as_given(action) and any(_is_torn(one) for one in arg_string):
            shown = "".join("\N{REPLACEMENT CHARACTER}" if _is_torn(c) else c for c in arg_string)
            raise argparse.ArgumentError(action, f"'{shown}' is no UTF-8 text; write it in UTF-8")
        return super()._get_value(action, arg_string)

    def _has_commands(self) -> bool:
        return any(action.nargs == argparse.PARSER for action in self._actions)

    def _options_first(self, words: list[str]) -> list[str]:
        """The same words; as they stand where an option is not known, to be told by argparse."""
        options: list[str] = []
        others: list[str] = []
        place = 0
        while place < len(words):
            word = words[place]
            if word == _END:
                return [*options, *others, *words[place:]]
            if word == "-" or not word.startswith("-"):
                others.append(word)
                place += 1
                continue
            values = self._values_of(word)
            if values is None or not _are_values(words[place + 1 : place + 1 + values], values):
                return words
            options += words[place : place + 1 + values]
            place += 1 + values
        return [*options, *others]

    def _values_of(self, word: str) -> int | None:
        """How many of the words after an option are its own; None where nobody can tell."""
        name, equals, _ = word.partition("=")
        action = self._option_string_actions.get(name)
        if action is None and name.startswith("--"):
            fits = {one for one in self._option_string_actions if one.startswith(name)}
            action = self._option_string_actions[fits.pop()] if len(fits) == 1 else None
        if action is None and (action := self._option_string_actions.get(word[:2])):
            return 0 if action.nargs is None and word[1:2] != "-" else None
        if action is None or not isinstance(action.nargs, int | None):
            return None
        needed = 1 if action.nargs is None else action.nargs
        return 0 if equals else needed


def _is_taken_as_given(action: argparse.Action) -> bool:
    """Whether it is a path, a password, or of a command below, which looks at its own words."""
    if action.nargs == argparse.PARSER or action.type in {path, place_of, Path}:
        return True
    return isinstance(action.metavar, str) and action.metavar.strip("[]") in _AS_GIVEN


def _is_torn(character: str) -> bool:
    """Whether it stands for a byte that is no text."""
    return "\ud800" <= character <= "\udfff"


def _are_values(words: Sequence[str], number: int) -> bool:
    return len(words) == number and not any(one.startswith("-") and one != "-" for one in words)
