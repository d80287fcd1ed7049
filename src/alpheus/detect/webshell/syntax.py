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
    for language in dict.fromkeys(piece.language for piece in code):
        pieces = [piece for piece in code if piece.language is language]
        for joined in _joined(pieces):
            words: list[Token] = []
            most = _most_tokens(joined)
            for piece in joined:
                words += tokens(piece.text, language, piece.line, most - len(words))
                if len(words) >= most:
                    program.cut = True
                    break
                if language is not Language.CSHARP:  # where a piece ends, a statement does
                    words.append(Token(*_ENDS[language.basic], piece.line))
            if language.basic:
                Basic(words, program).run()
            else:
                CLike(words, program, language).run()
    return program


def _most_tokens(pieces: list[Code]) -> int:
    controls = sum(len(_CONTROLS.findall(piece.text)) for piece in pieces)
    size = sum(len(piece.text) for piece in pieces)
    return _FEW_TOKENS if controls * _ONE_IN > size else MOST_TOKENS


def _joined(pieces: list[Code]) -> list[list[Code]]:
    """Inline code goes on from piece to piece; a script block or an expression stands alone."""
    inline = [piece for piece in pieces if piece.kind is Kind.INLINE]
    alone = [[piece] for piece in pieces if piece.kind is not Kind.INLINE]
    return [*alone, inline] if inline else alone
