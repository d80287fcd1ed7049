"""Templates that are quicker than Jinja makes them, and say the same.

A list has thousands of values. Of each, Jinja makes a text that is known to be safe, by several
calls; here one call gives the text as it is to stand on the page. Functions and macros are called
as they are, without a look at whether they want the context: none of ours does.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup

from alpheus.report.visible import visible

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;"})
_METHODS = frozenset(dir(dict))


def shown(value: object) -> str:
    """A value as it stands on a page: every character visible, markup escaped; None is nothing."""
    if type(value) is str:  # nearly everything; in plain text nothing is to be made visible
        text = value if value.isascii() and value.isprintable() else visible(value)
        return text if text.isalnum() else text.translate(_ESCAPED)
    if isinstance(value, Markup):
        return value
    if value is None:
        return ""
    return visible(str(value)).translate(_ESCAPED)


class Templates(Environment):
    """An environment whose templates escape everything and have no functions with a context."""

    shown = staticmethod(shown)

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - as Jinja has it
        """A part of something by its name; of a dict first what it holds."""
        if type(obj) is dict and attribute not in _METHODS and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)


class _Writer(CodeGenerator):
    """Writes a template as a program."""

    def _output_child_pre(self, *_: object) -> None:
        self.write("environment.shown(")

    def _output_child_post(self, *_: object) -> None:
        self.write(")")

    def visit_Call(  # noqa: N802 - its name in Jinja
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002 - as there
    ) -> None:
        """A call, with its arguments in their order."""
        is_plain = node.dyn_args is None and node.dyn_kwargs is None
        if not is_plain or any(iskeyword(one.key) for one in node.kwargs):  # such as `class`
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")


Templates.code_generator_class = _Writer
