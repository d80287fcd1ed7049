"""Types and methods that are found by their names, or handed on without being called."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.detect.webshell import operations
from alpheus.detect.webshell.nodes import Call
from alpheus.detect.webshell.scope import last_part
from alpheus.detect.webshell.values import Value
from alpheus.detect.webshell.watch import BOUND, Watch


def reflected(  # noqa: PLR0911 - one for each name
    watch: Watch, low: str, of: Value, arguments: list[Value], node: Call
) -> frozenset[str]:
    """Types and methods that are named by constant texts are what they name."""
    name = (arguments[0].text or "").partition(",")[0].strip() if arguments else ""
    if low == "gettype" and name:
        return frozenset({last_part(name)})
    if low == "gettypefromprogid" or (low == "get" and of.has("winmgmts")):
        return operations.component(arguments).types
    if low == "createinstance" and arguments and of.has("activator"):
        return arguments[0].types | {"createinstance"}
    found = frozenset(f"{BOUND}{kind}.{name.lower()}" for kind in of.types)
    if low in {"getmethod", "getproperty"} and name:
        return found | {"methodinfo"}
    if low in {"getmethods", "getmethod", "getmembers"}:
        return frozenset(f"{BOUND}{kind}.*" for kind in of.types) | {"methodinfo"}
    if low == "createdelegate":
        made = _delegated(of, arguments)
        watch.delegated(made, node)
        return made
    if low == "get" and name.lower().startswith("win32_"):
        return frozenset({name.lower()})
    if low == "invokemember" and name:
        watch.bound(found, arguments[1:], node)
    else:
        _handed_on(watch, low, of, arguments, node)
    return frozenset()


def _handed_on(watch: Watch, low: str, of: Value, arguments: Sequence[Value], node: Call) -> None:
    """`method.Invoke(…)`, and `given.Select(Process.Start)`."""
    if low in {"invoke", "dynamicinvoke", "begininvoke"}:
        watch.bound(of.types, arguments, node)
    elif of.tainted:
        for one in arguments:
            watch.bound(one.types, [of], node)


def _delegated(of: Value, arguments: Sequence[Value]) -> frozenset[str]:
    """`Delegate.CreateDelegate(kind, type, "Method")`, or a method's own."""
    names = [one.text.lower() for one in arguments if one.text]
    types = {kind for one in arguments for kind in one.types}
    bound = {kind for kind in of.types | types if kind.startswith(BOUND)}
    return frozenset(bound | {f"{BOUND}{kind}.{name}" for kind in types for name in names})
