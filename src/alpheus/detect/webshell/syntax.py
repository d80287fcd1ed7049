"""All code of a page as one program; nesting inside a function is ignored.

What a branch or a loop stands around does not matter: any of it may run. So a function is the list
of its expressions, in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from alpheus.detect.webshell.basic import Basic
from alpheus.detect.webshell.c_like import CLike
from alpheus.detect.webshell.nodes import Function, Program
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.tokens import MOST_TOKENS, T, Token, tokens

_FEW_TOKENS = 20_000
"""Of what is hardly text: no compiler takes it whole."""

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
_ONE_IN = 50
_ENDS = ((T.MARK, ";"), (T.END, "\n"))


@dataclass(slots=True)
class Words:
    """The words of some code: of each part that stands alone. `cut`: there are more."""

    parts: list[tuple[Language, list[Token]]] = field(default_factory=list)
    count: int = 0
    cut: bool = False


def parse(code: list[Code]) -> Program:
    """All code of a page as one program."""
    return program_of(words_of(code))


def words_of(code: list[Code], most: int | None = None) -> Words:
    """The words of all code of a page, as many as a page may have, or fewer."""
    found = Words()
    left = allowed = _most_tokens(code) if most is None else most
    for language in dict.fromkeys(piece.language for piece in code):
        for joined in _joined([piece for piece in code if piece.language is language]):
            words: list[Token] = []
            found.parts.append((language, words))
            for piece in joined:
                read = tokens(piece.text, language, piece.line, max(0, left))
                left -= len(read) + 1  # a piece without words is work as well
                words += read
                if left <= 0:
                    return replace(found, count=allowed, cut=True)
                if language is not Language.CSHARP:  # where a piece ends, a statement does
                    words.append(Token(*_ENDS[language.basic], piece.line))
    return replace(found, count=allowed - left)


def program_of(words: Words) -> Program:
    """What is written with these words."""
    program = Program(Function("", 1), cut=words.cut)
    for language, part in words.parts:
        if language.basic:
            Basic(part, program).run()
        else:
            CLike(part, program, language).run()
    return program


def _most_tokens(code: list[Code]) -> int:
    """Of all pieces together."""
    controls = sum(len(_CONTROLS.findall(piece.text)) for piece in code)
    size = sum(len(piece.text) for piece in code)
    return _FEW_TOKENS if controls * _ONE_IN > size else MOST_TOKENS


def _joined(pieces: list[Code]) -> list[list[Code]]:
    """Inline code goes on from piece to piece; a script block or an expression stands alone."""
    inline = [piece for piece in pieces if piece.kind is Kind.INLINE]
    alone = [[piece] for piece in pieces if piece.kind is not Kind.INLINE]
    return [*alone, inline] if inline else alone
