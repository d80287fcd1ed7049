"""What no file shows: what was made or read, secrets, and the way in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase

import msgspec

from alpheus.model import PatchState
from alpheus.report.assessment_file import Assessment, Run, Server
from alpheus.respond.catalogue import StepKind, step_kinds
from alpheus.respond.model import Phase
from alpheus.respond.named import MOST, values
from alpheus.respond.planning import plan_of

_PHASES = frozenset({Phase.REMOVE, Phase.RESTORE, Phase.ROTATE, Phase.REBUILD})
_SCHEMA = "alpheus.assessment/1"
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_CLOSED = frozenset({PatchState.FIXED, PatchState.NOT_AFFECTED})
_STATES = {
    PatchState.VULNERABLE: "open in the new evidence",
    PatchState.MITIGATED: "mitigated in the new evidence, not closed",
    PatchState.UNDETERMINED: "the new evidence does not say whether it is closed",
}


class Unshown(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that evidence of files and logs does not show to be settled.

    `step` is what the plan says to do of it, `titles` are the findings that it rests on, and
    `names` what these name: the account, the task, the directory.
    """

    step: str
    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def unshown_of(before: Server, after: Server) -> tuple[Unshown, ...]:
    """What people do by the plan for a server as it was found, but for taking files away.

    That the update is in counts as shown where the new evidence says so of every flaw.
    """
    whole = Assessment(_SCHEMA, Run("", ""), (before,))
    plan = plan_of(whole, before, made=_NEVER, version="")
    kinds = {one.what: one for one in step_kinds()}
    found = []
    for step in plan.steps:
        if step.phase is Phase.PATCH and (unknown := _not_closed(before, after)):
            found.append(Unshown(step.what, unknown))
        elif step.phase in _PHASES and not step.files:
            titles = tuple(dict.fromkeys(one.title for one in step.cited))
            found.append(Unshown(step.what, titles, _names(kinds[step.what], before)))
    return tuple(found)


def way_in(after: Server) -> Iterator[str]:
    """Flaws that are open in the new evidence."""
    for cve, state in sorted(after.cves.items()):
        if state.state is PatchState.VULNERABLE:
            why = f" ({state.why})" if state.why else ""
            yield f"the server is vulnerable to {cve}{why}"


def _not_closed(before: Server, after: Server) -> tuple[str, ...]:
    if not after.cves:
        return ("the new evidence does not say which build runs",)
    closed = {cve for cve, state in after.cves.items() if state.state in _CLOSED}
    return tuple(f"{cve}: {_STATES[_state(after, cve)]}"
                 for cve in sorted({*before.cves, *after.cves} - closed))  # fmt: skip


def _state(after: Server, cve: str) -> PatchState:
    return after.cves[cve].state if cve in after.cves else PatchState.UNDETERMINED


def _names(kind: StepKind, before: Server) -> tuple[str, ...]:
    """What the cited records name; those of a field that only some rules have from these alone."""
    found: dict[str, None] = {}
    for fields in kind.names.values():
        for one in fields:
            pattern, _, field = one.rpartition(":")
            for finding in before.findings:
                cited = any(fnmatchcase(finding.rule, rule) for rule in kind.cites)
                if cited and fnmatchcase(finding.rule, pattern or "*"):
                    found |= dict.fromkeys(values(finding.citations, (field,)))
    return tuple(found)[:MOST]
