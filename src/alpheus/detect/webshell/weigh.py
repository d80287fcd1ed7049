"""From what a page does to reasons with points."""

from __future__ import annotations

import re

from alpheus.detect.webshell.decoding import PageText
from alpheus.detect.webshell.flow import Flow, Seen, Sign, imported_signs
from alpheus.detect.webshell.model import Reason
from alpheus.detect.webshell.page import Code, Kind, Language, Page, read_page
from alpheus.detect.webshell.syntax import parse

_MOST_REASONS = 30
_MOST_CARRIED = 10
_EMBEDDED = re.compile(r"<\s?%|<script[^>]{0,200}runat|<msxsl:script", re.IGNORECASE)


def weigh(page: Page, text: PageText) -> list[Reason]:
    """The reasons that a page's own code gives."""
    code = [piece for piece in page.code if piece.kind is not Kind.BINDING]
    if not code:
        return []
    seen, native = _follow(page, code)
    signs = [*seen.signs.values(), *native]
    carried = _carried(seen)
    reasons = [_reason(sign) for sign in sorted(signs, key=lambda s: (-s.points, s.line))]
    reasons += [*_together(seen, signs), *carried]
    if reasons and page.encoded:
        reasons.append(
            Reason("wrapped", None, f"Script Encoder, undone in {page.encoded} places", 0)
        )
    if reasons and text.wrappings:
        reasons += [Reason("wrapped", None, wrapping, 5) for wrapping in text.wrappings]
    return sorted(reasons, key=lambda r: (-r.points, r.line or 0))[:_MOST_REASONS]


def _follow(page: Page, code: list[Code]) -> tuple[Seen, list[Sign]]:
    program = parse(code)
    languages = list(dict.fromkeys(piece.language for piece in code))
    seen = Flow(program, list(page.controls), languages).run()
    return seen, imported_signs(program)


def _carried(seen: Seen) -> list[Reason]:
    """A text of the page that is a page, or a style sheet with script, itself."""
    reasons = []
    inner = [(text, line) for text, line in seen.texts.items() if _EMBEDDED.search(text)]
    for text, line in inner[:_MOST_CARRIED]:
        page = read_page(
            text, "text.asp" if "runat" not in text.lower() and "@" not in text else "text.aspx"
        )
        code = [piece for piece in page.code if piece.kind is not Kind.BINDING]
        if not code:
            continue
        inside, native = _follow(page, code)
        worst = max([*inside.signs.values(), *native], key=lambda sign: sign.points, default=None)
        sheet = "<msxsl:script" in text.lower()
        if worst is not None and (worst.points >= 60 or sheet):
            text = f"carries the text of {'a style sheet' if sheet else 'another page'}, which {worst.says}"
            reasons.append(Reason("carried", line, text, max(worst.points, 74)))
    return reasons


def _reason(sign: Sign) -> Reason:
    text = f"{sign.call}: {sign.says}"
    if sign.given:
        sources = "; ".join(f"{source.text} in line {source.line}" for source in sign.value.sources)
        text += f", with data of the visitor ({sources})"
    if sign.value.steps:
        text += f", after it was {' and '.join(sign.value.steps)}"
    return Reason(sign.kind, sign.line, text, sign.points)


def _together(seen: Seen, signs: list[Sign]) -> list[Reason]:
    """What means more together than apart."""
    kinds = {sign.kind for sign in signs}
    given = {sign.kind for sign in signs if sign.given}
    reasons = []
    files = given & {"write", "read", "list", "change"}
    if len(files) >= 2:
        reasons.append(
            Reason(
                "manager",
                None,
                f"a file manager: {', '.join(sorted(files))}",
                (0, 0, 56, 78, 90)[len(files)],
            )
        )
    if {"database", "query"} <= given:
        reasons.append(
            Reason("console", None, "a database console: connection and query from outside", 80)
        )
    surveys = {sign.call for sign in signs if sign.kind == "survey"}
    if len(surveys) >= 3:
        text = f"takes stock of the server in {len(surveys)} ways: {', '.join(sorted(surveys)[:6])}"
        reasons.append(Reason("survey", None, text, 56 if len(surveys) < 5 else 74))
    if seen.decrypted and kinds & {"load", "reflect"} and seen.sources:
        reasons.append(Reason("decrypt", seen.decrypted, "decrypts what is sent, and runs it", 85))
    return reasons
