"""Code as pages have it, for tests: never a page, and never complete.

No piece here compiles: variables have no type, and the last bracket stays open.
"""

from __future__ import annotations

from alpheus.detect.webshell.flow import Flow
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.syntax import parse
from alpheus.detect.webshell.watch import Seen, Sign, imported_signs


def seen_in(
    text: str, language: Language = Language.CSHARP, controls: tuple[str, ...] = ()
) -> Seen:
    """What the analyser sees in one piece of code."""
    program = parse([Code(text, 1, Kind.SCRIPT, language)])
    seen = Flow(program, controls, [language]).run()
    for sign in imported_signs(program):
        seen.signs[sign.kind, sign.line, sign.call] = sign
    return seen


def signs_in(
    text: str, language: Language = Language.CSHARP, controls: tuple[str, ...] = ()
) -> dict[str, Sign]:
    """The worst sign of each kind."""
    found: dict[str, Sign] = {}
    for sign in seen_in(text, language, controls).signs.values():
        if sign.kind not in found or found[sign.kind].points < sign.points:
            found[sign.kind] = sign
    return found
