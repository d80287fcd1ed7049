"""Every form that the table can be put into, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from alpheus.collect import acquire, kape, path_list, robocopy, velociraptor
from alpheus.collect.chosen import Chosen
from alpheus.errors import UsageError
from alpheus.knowledge.collection_file import Format, formats

Write = Callable[[Sequence[Chosen], Format, str], dict[str, str]]

WRITERS: Mapping[str, Write] = {
    "kape": kape.write,
    "velociraptor": velociraptor.write,
    "acquire": acquire.write,
    "list": path_list.write,
    "robocopy": robocopy.write,
}


def files_of(form: str, chosen: Sequence[Chosen], name: str = "") -> dict[str, str]:
    """The files of a form, by name; the first has the name given, or the usual one for ''.

    It has an end by which its tool finds it. Raises UsageError for an unknown form, and where
    nothing is left to collect.
    """
    if form not in WRITERS:
        message = f"no form {form!r}; there are {', '.join(WRITERS)}"
        raise UsageError(message)
    if not chosen:
        raise UsageError("nothing is left to collect; choose otherwise")
    known = formats()[form]
    return WRITERS[form](chosen, known, known.called(name))
