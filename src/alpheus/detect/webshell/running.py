"""Text that a page runs as code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from alpheus.detect.webshell.budget import Budget
from alpheus.detect.webshell.dispatch import calls_by_name, chooses_among_known
from alpheus.detect.webshell.idioms import has_checked, reads_data
from alpheus.detect.webshell.intake import spelt
from alpheus.detect.webshell.nodes import Call, Function, Node, Program
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.scope import Scope
from alpheus.detect.webshell.syntax import program_of, words_of
from alpheus.detect.webshell.values import NOTHING, Value, joined
from alpheus.detect.webshell.watch import Watch

_MOST_MADE = 40
_DEEPEST_MADE = 6
_NODES_PER_STEP = 4
_DEPTH = 80
"""How deep in a page such text is taken to stand."""


class Running:
    """Follows texts that are run; `value` tells what a node of theirs is."""

    def __init__(  # noqa: PLR0917 - all that a page consists of
        self,
        program: Program,
        functions: dict[str, Function],
        scope: Scope,
        watch: Watch,
        languages: Sequence[Language],
        value: Callable[[Node, Function, int], Value],
        budget: Budget,
    ) -> None:
        self._program = program
        self._functions = functions
        self._scope = scope
        self._watch = watch
        self._script = Language.JSCRIPT in languages
        self._basic = Language.VBSCRIPT in languages
        self._value = value
        self._budget = budget
        self._made: dict[str, Program] = {}
        self._inside: list[str] = []

    def evaluated(
        self, low: str, node: Call, arguments: list[Value], body: Sequence[Node] = ()
    ) -> Value:
        """Text that is run as code; `eval` takes code in scripts only. `body`: where it stands."""
        if low == "eval":
            if not self._script and not self._basic:
                return NOTHING
            low = "js.eval" if self._script else "vbs.eval"
        text = arguments[0].text if arguments else None
        unsafe = len(arguments) > 1 and arguments[1].text == "unsafe"
        if text is None and arguments and low == "js.eval":
            if unsafe:
                arguments = [replace(arguments[0], computed=True)]
            elif reads_data(node) and not arguments[0].tainted:
                return replace(joined(arguments), types=frozenset())
            elif has_checked(node, body):
                self._watch.checked(arguments[0], node)
                return replace(joined(arguments), types=frozenset())
        if text is None and calls_by_name(node) and self._is_harmless(arguments[0], node, body):
            return NOTHING
        self._watch.sink(low, arguments[:1], node, name=low.rpartition(".")[2])
        if text is not None:
            return self.of_text(text, node)
        return replace(joined(arguments), types=frozenset())

    def _is_harmless(self, name: Value, node: Call, body: Sequence[Node]) -> bool:
        """Whether a name that is called is none of the visitor's, or was tested; that is told."""
        if not name.tainted:
            return True
        self._budget.steps -= len(body) // _NODES_PER_STEP
        tested = chooses_among_known(node, body)
        if tested:
            self._watch.chosen(spelt(node.what).lower(), name, node)
        return tested

    def of_text(self, text: str, node: Node) -> Value:
        """What a constant text gives when it is run: the value of its last expression."""
        if text in self._inside:
            return NOTHING
        inner = self._made.get(text)
        deep = len(self._inside) > _DEEPEST_MADE
        if deep or (inner is None and len(self._made) >= _MOST_MADE):
            self._watch.seen.cut = True
            return NOTHING
        inner = inner or self._parsed(text, node)
        self._inside.append(text)
        value = NOTHING
        for one in inner.top.body:
            value = self._value(one, self._program.top, _DEPTH)
        self._inside.pop()
        return value

    def _parsed(self, text: str, node: Node) -> Program:
        self._scope.changed = True
        language = Language.JSCRIPT if self._script else Language.VBSCRIPT
        code = [Code(text, node.line, Kind.SCRIPT, language)]
        words = words_of(code, self._budget.carried)
        self._budget.carried -= words.count
        inner = self._made[text] = program_of(words)
        self._watch.seen.cut = self._watch.seen.cut or inner.cut
        for made in inner.functions:
            self._functions.setdefault(made.name, made)
            self._program.functions.append(made)
        return inner
