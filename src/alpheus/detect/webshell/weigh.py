"""From what a page does to reasons with points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from alpheus.detect.webshell.budget import Budget
from alpheus.detect.webshell.conventions import conventions
from alpheus.detect.webshell.declared import declared_reasons
from alpheus.detect.webshell.decoding import PageText
from alpheus.detect.webshell.flow import Flow
from alpheus.detect.webshell.model import Reason
from alpheus.detect.webshell.nodes import Program
from alpheus.detect.webshell.page import Code, Kind, Page, read_page
from alpheus.detect.webshell.quick import binds_power, lines_of_interest, names_power
from alpheus.detect.webshell.syntax import program_of, words_of
from alpheus.detect.webshell.watch import Seen, Sign, imported_signs

_MOST_REASONS = 30
_MOST_CARRIED = 10
_STEPS_OF_CARRIED = 30_000
"""So many are left for what a page carries, whatever the page itself has cost."""

_WORTH_TELLING = 60
_WORDS_OF_INTEREST = 25_000
_EMBEDDED = re.compile(r"<\s?%|<script[^<>]{0,200}runat|<msxsl:script", re.IGNORECASE)
_DATABASE_COMMAND = re.compile(r"\b(?:xp_cmdshell|sp_oacreate|xp_regwrite)\b", re.IGNORECASE)
_UNDONE = {
    "base64": "decoded from base64",
    "decrypted": "decrypted",
    "unpacked": "unpacked",
    "fetched": "fetched from elsewhere",
    "assembled": "put together as code that reads the request",
}
_LONGEST_NAME = 4_096
_POWER = re.compile(
    r"System\.(?:Diagnostics|Reflection|Management)\.\w+|wscript\.shell|cmd\.exe|powershell"
    r"|\beval\(|\bexecute\b",
    re.IGNORECASE,
)
_FILE_KINDS = frozenset({"write", "read", "list", "change"})
_MANAGER = (0, 0, 56, 78, 90)
"""Points of a file manager, by how many kinds of things it does with files that are named."""


def weigh(page: Page, text: PageText) -> list[Reason]:
    """The reasons that a page's own code gives, the weightiest first."""
    code = [piece for piece in page.code if piece.kind is not Kind.BINDING or _has_power(piece)]
    declared = declared_reasons(text.text)
    if not page.objects and not page.aliases() and not any(map(_has_power, code)):
        return declared
    budget = Budget()
    seen, signs = _follow(page, code, text.text, budget)
    reasons = [*declared, *(_reason(sign) for sign in signs if sign.points > 0)]
    reasons += [*_together(seen, signs), *_carried(seen, budget), *_backwards(seen)]
    if seen.cut:
        reasons.append(Reason("cut", None, "too much code to be followed to its end", 45))
    if reasons:
        reasons += _wrapped(page, text)
    return sorted(reasons, key=lambda one: (-one.points, one.line or 0, one.text))[:_MOST_REASONS]


def _has_power(piece: Code) -> bool:
    low = _low(piece.text)
    return binds_power(low) if piece.kind is Kind.BINDING else names_power(low)


def _low(text: str) -> bytes:
    return text.lower().encode("utf-8", "replace")


def _follow(
    page: Page, code: Sequence[Code], text: str, budget: Budget, *, carried: bool = False
) -> tuple[Seen, list[Sign]]:
    program = _carried_program(code, budget) if carried else _program(code)
    program.aliases.update(page.aliases())
    languages = list(dict.fromkeys(piece.language for piece in code))
    known = conventions(code, text)
    for name in known.members:
        program.types.setdefault(name, "")
    seen = Flow(program, list(page.controls), languages, known, budget).run()
    return seen, [*seen.signs.values(), *imported_signs(program)]


def _program(code: Sequence[Code]) -> Program:
    """Of a page that is too long, lines that may matter, and those that share a name with them."""
    words = words_of(list(code))
    if words.cut:
        kept = [replace(piece, text=lines_of_interest(piece.text)) for piece in code]
        if kept != code:
            words = words_of([piece for piece in kept if piece.text.strip()], _WORDS_OF_INTEREST)
            words.cut = True
    return program_of(words)


def _carried_program(code: Sequence[Code], budget: Budget) -> Program:
    words = words_of(list(code), budget.carried)
    budget.carried -= words.count
    return program_of(words)


def _wrapped(page: Page, text: PageText) -> list[Reason]:
    """What hid the code; by itself it says nothing."""
    found = [Reason("wrapped", None, wrapping, 5) for wrapping in text.wrappings]
    if page.encoded:
        says = f"the Script Encoder was undone in {page.encoded} places"
        found.append(Reason("wrapped", None, says))
    return found


def _carried(seen: Seen, budget: Budget) -> list[Reason]:
    """A text of the page that is a page, or a style sheet with script, itself."""
    reasons = []
    found = [(text, line) for text, line in seen.texts.items() if _EMBEDDED.search(text)]
    inner = [(text, line) for text, line in found if names_power(_low(text))]
    seen.cut = seen.cut or len(inner) > _MOST_CARRIED
    budget.steps = max(budget.steps, _STEPS_OF_CARRIED)
    for text, line in inner[:_MOST_CARRIED]:
        low = text.lower()
        name = "text.aspx" if "runat" in low or "@" in low else "text.asp"
        page = read_page(text, name)
        code = [piece for piece in page.code if piece.kind is not Kind.BINDING]
        if not code:
            continue
        followed, signs = _follow(page, code, text, budget, carried=True)
        seen.cut = seen.cut or followed.cut
        worst = max(signs, key=lambda sign: sign.points, default=None)
        sheet = "<msxsl:script" in low
        if worst is not None and (worst.points >= _WORTH_TELLING or sheet):
            what = "a style sheet" if sheet else "another page"
            says = f"carries the text of {what}, which {worst.says}"
            reasons.append(Reason("carried", line, says, max(worst.points, 74)))
    return reasons


def _backwards(seen: Seen) -> list[Reason]:
    """A text that names something of power when it is read backwards."""
    for text, line in seen.texts.items():
        found = _POWER.search(text[::-1]) if len(text) < _LONGEST_NAME else None
        if found is not None and not _POWER.search(text):
            return [Reason("hidden", line, f"a text reads backwards as {found[0]}", 60)]
    return []


def _reason(sign: Sign) -> Reason:
    text = f"{sign.call}: {sign.says}"
    if sign.given:
        sources = "; ".join(f"{one.text} in line {one.line}" for one in sign.value.sources)
        text += f", with data of the visitor ({sources})"
    if sign.value.steps:
        text += f", after it was {' and '.join(_UNDONE[step] for step in sign.value.steps)}"
    return Reason(sign.kind, sign.line, text, sign.points)


def _in_database(seen: Seen) -> list[Reason]:
    """A database that is made to start programs."""
    for text, line in seen.texts.items():
        found = _DATABASE_COMMAND.search(text)
        if found is not None:
            says = f"has the database start programs ({found[0].lower()})"
            return [Reason("run", line, says, 88 if seen.sources else 60)]
    return []


def _together(seen: Seen, signs: Sequence[Sign]) -> list[Reason]:
    """What means more together than apart."""
    kinds = {sign.kind for sign in signs}
    given = {sign.kind for sign in signs if sign.given}
    reasons = []
    files = sorted(given & _FILE_KINDS)
    if _MANAGER[len(files)]:
        says = f"a file manager: {', '.join(files)}"
        reasons.append(Reason("manager", None, says, _MANAGER[len(files)]))
    if {"database", "query"} <= given:
        says = "a database console: connection and query come from the visitor"
        reasons.append(Reason("console", None, says, 80))
    surveys = sorted({sign.call for sign in signs if sign.kind == "survey"})
    if len(surveys) >= 3:
        says = f"takes stock of the server in {len(surveys)} ways: {', '.join(surveys[:6])}"
        reasons.append(Reason("survey", None, says, 56 if len(surveys) < 5 else 74))
    if seen.decrypted and kinds & {"load", "reflect"} and seen.sources:
        says = "decrypts what is sent, and runs it"
        reasons.append(Reason("decrypt", seen.decrypted, says, 85))
    reasons += _in_database(seen)
    if {"drop", "run"} <= kinds:
        reasons.append(Reason("drop", None, "writes a program and starts one", 74))
    return reasons
