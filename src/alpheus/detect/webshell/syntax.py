"""All code of a page as one program; nesting inside a function is ignored.

What a branch or a loop stands around does not matter: any of it may run. So a function is the list
of its expressions, in order.
"""

from __future__ import annotations

import re

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


def parse(code: list[Code]) -> Program:
    """All code of a page as one program."""
    program = Program(Function("", 1))
    left = _most_tokens(code)
    for language in dict.fromkeys(piece.language for piece in code):
        for joined in _joined([piece for piece in code if piece.language is language]):
            words: list[Token] = []
            for piece in joined:
                found = tokens(piece.text, language, piece.line, left)
                left -= len(found) + 1  # a piece without words is work as well
                words += found
                if left <= 0:
                    program.cut = True
                    break
                if language is not Language.CSHARP:  # where a piece ends, a statement does
                    words.append(Token(*_ENDS[language.basic], piece.line))
            if language.basic:
                Basic(words, program).run()
            else:
                CLike(words, program, language).run()
            if program.cut:
                return program
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
