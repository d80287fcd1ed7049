"""What is known of builds, for a terminal of 80 columns: in ASCII, which any terminal has."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from alpheus.knowledge.build_advice import Action, BuildAnswer, Installable
from alpheus.knowledge.builds import CveAnswer
from alpheus.model import PatchState
from alpheus.report.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

Line = tuple[tuple[str, str], ...]
"""A line of the screen: pieces of text with their styles."""

STYLES = {
    PatchState.VULNERABLE: "bold red",
    PatchState.UNDETERMINED: "yellow",
    PatchState.FIXED: "green",
    PatchState.NOT_AFFECTED: "dim",
}
_ORDER = tuple(STYLES)
_WIDTH = 80
_LABEL = 11
_CVE = 16
_STATE = 14
_DOES = {
    Action.UPDATE: "install",
    Action.CUMULATIVE_UPDATE: "install",
    Action.UPGRADE: "upgrade to",
    Action.MIGRATE: "migrate to",
}
_HOW = {Action.UPGRADE: "How", Action.MIGRATE: "How"}


def print_builds(found: Sequence[tuple[str, BuildAnswer]], console: Console) -> None:
    """Print each build: the sentence that matters, what is known of it, then every flaw."""
    from rich.text import Text  # noqa: PLC0415 - slow to load, only for a terminal

    for number, (given, answer) in enumerate(found):
        lines = [(("", ""),)] if number else []
        for line in (*lines, *build_lines(given, answer)):
            text = Text.assemble(*line)
            console.print(text, no_wrap=True, overflow="ignore", crop=False, highlight=False)


def build_lines(given: str, answer: BuildAnswer) -> Iterator[Line]:
    """One build in lines of at most 80 columns."""
    for line in _wrapped(sentence(answer), _WIDTH):
        yield ((line, "bold"),)
    if given.strip() != str(answer.build):
        yield from _labelled("Given", visible(given).encode("ascii", "backslashreplace").decode())
    yield from _labelled("Released", _released(answer))
    yield from _labelled("Conflict", answer.conflict or "", "yellow")
    yield from _labelled("Note", answer.note or "")
    yield from _labelled("Support", answer.end_of_life.summary)
    if answer.advice.why != answer.note:
        yield from _labelled(_HOW.get(answer.advice.action, "Next"), answer.advice.why)
    for number, step in enumerate(answer.advice.until_then):
        yield from _labelled("" if number else "Until then", _until(step, answer))
    yield (("", ""),)
    yield (("FLAW".ljust(_CVE) + "STATE".ljust(_STATE) + "FIXED FROM, OR SETTLED BY", "dim"),)
    ranked = sorted(answer.cves.items(), key=lambda pair: _ORDER.index(pair[1].state))
    if len({(flaw.state, _reason(flaw, answer)) for _, flaw in ranked}) == 1:
        yield from _flaw(f"all {len(ranked)}", ranked[0][1], answer)
        return
    for cve, flaw in ranked:
        yield from _flaw(cve, flaw, answer)


def sentence(answer: BuildAnswer) -> str:
    """What the build is, how many flaws it has, and what to do."""
    advice = answer.advice
    return f"{_is(answer)}{_counts(answer)}: {_does(advice.action, advice.target)}."


def _is(answer: BuildAnswer) -> str:
    build = str(answer.build)
    if answer.product is None:
        return f"{build} is no build of any Exchange that is known"
    product = answer.product.removeprefix("Microsoft ")
    if answer.cu is None and not product.startswith("Exchange"):
        return f"{build} is {product}"
    if answer.cu is None:
        return f"{build} is {product}, its cumulative update unknown"
    if answer.listed:
        update = f" with {answer.su}" if answer.su else ""
        doubt = " (the sources disagree)" if answer.conflict else ""
        return f"{build} is {product} {answer.cu}{update}{doubt}"
    if answer.build.precision == 3:
        return f"{build} is {product} {answer.cu}, its security update unknown"
    return f"{build} is not listed, but belongs to {product} {answer.cu}"


def _counts(answer: BuildAnswer) -> str:
    states = [one.state for one in answer.cves.values()]
    vulnerable = states.count(PatchState.VULNERABLE)
    unsettled = states.count(PatchState.UNDETERMINED)
    total = f"{len(states)} tracked flaws"
    if unsettled == len(states):
        return f"; whether it has any of {total} is undetermined"
    rest = f", {unsettled} undetermined" if unsettled else ""
    if vulnerable or not unsettled:
        return f", vulnerable to {vulnerable or 'none'} of {total}{rest}"
    return f", not vulnerable to {len(states) - unsettled} of {total}{rest}"


def _does(action: Action, target: Installable | None) -> str:
    if action is Action.UNKNOWN:
        return "read the file version of ExSetup.exe"
    if target is None:
        return "nothing to install is listed"
    return f"{_DOES[action]} {_named(target)}"


def _named(one: Installable) -> str:
    return f"{one.name} ({', '.join(part for part in (one.build, one.kb) if part)})"


def _released(answer: BuildAnswer) -> str:
    if not answer.listed:
        return ""
    when = answer.released or "on a day not known"
    return f"{when}{f' as {answer.kb}' if answer.kb else ''}; source: {', '.join(answer.sources)}"


def _until(step: Installable, answer: BuildAnswer) -> str:
    closed = (PatchState.FIXED, PatchState.NOT_AFFECTED)
    left = sum(flaw.state not in closed for flaw in answer.cves.values())
    paid = "; for those who paid for updates" if step.paid else ""
    return f"{_named(step)}: fixes {len(step.fixes)} of these {left}{paid}"


def _flaw(cve: str, flaw: CveAnswer, answer: BuildAnswer) -> Iterator[Line]:
    lines = _wrapped(_reason(flaw, answer), _WIDTH - _CVE - _STATE)
    state = flaw.state.value.ljust(_STATE) if lines else flaw.state.value
    yield (cve.ljust(_CVE), ""), (state, STYLES[flaw.state]), ("".join(lines[:1]), "")
    for line in lines[1:]:
        yield ((" " * (_CVE + _STATE) + line, ""),)


def _reason(flaw: CveAnswer, answer: BuildAnswer) -> str:
    if flaw.state is PatchState.UNDETERMINED:
        return flaw.settles
    if flaw.state is PatchState.VULNERABLE and flaw.fixed_from is None:
        return f"no fix for {answer.cu}" if answer.cu else "no fix is listed"
    return str(flaw.fixed_from or "")


def _labelled(label: str, text: str, style: str = "") -> Iterator[Line]:
    """A text under a label, in as many lines as it needs; nothing if it is empty."""
    for number, line in enumerate(_wrapped(text, _WIDTH - _LABEL)):
        yield (f"{'' if number else label:<{_LABEL}}", "dim"), (line, style)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)
