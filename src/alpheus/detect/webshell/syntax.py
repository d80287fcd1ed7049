"""All code of a page as one program; nesting inside a function is ignored.

What a branch or a loop stands around does not matter: any of it may run. So a function is the list
of its expressions, in order.
"""

from __future__ import annotations

from alpheus.detect.webshell.basic import Basic
from alpheus.detect.webshell.c_like import CLike
from alpheus.detect.webshell.nodes import Function, Program
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.tokens import MOST_TOKENS, T, Token, tokens

_ENDS = ((T.MARK, ";"), (T.END, "\n"))


def parse(code: list[Code]) -> Program:
    """All code of a page as one program."""
    program = Program(Function("", 1))
    for language in dict.fromkeys(piece.language for piece in code):
        pieces = [piece for piece in code if piece.language is language]
        for joined in _joined(pieces):
            words: list[Token] = []
            for piece in joined:
                words += tokens(piece.text, language, piece.line, MOST_TOKENS - len(words))
                if len(words) >= MOST_TOKENS:
                    program.cut = True
                    break
                if language is not Language.CSHARP:  # where a piece ends, a statement does
                    words.append(Token(*_ENDS[language.basic], piece.line))
            if language.basic:
                Basic(words, program).run()
            else:
                CLike(words, program, language).run()
    return program


def _joined(pieces: list[Code]) -> list[list[Code]]:
    """Inline code goes on from piece to piece; a script block or an expression stands alone."""
    inline = [piece for piece in pieces if piece.kind is Kind.INLINE]
    alone = [[piece] for piece in pieces if piece.kind is not Kind.INLINE]
    return [*alone, inline] if inline else alone
