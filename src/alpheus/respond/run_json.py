"""What became of each file of a plan, as one JSON document that is written while it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from typing import TextIO

import msgspec

from alpheus.report.visible import portable
from alpheus.respond.model import Plan
from alpheus.respond.outcome import Outcome, Result
from alpheus.respond.volume_identity import Identity

SCHEMA = "alpheus.clean-run/1"


def write_run(
    plan: Plan, what: str, outcomes: Iterable[Outcome], counts: Mapping[Result, int],
    stream: TextIO, *, volumes: Mapping[str, Identity] = {},
) -> None:  # fmt: skip
    """Write all outcomes, one a line, and then `counts`: how many there are of each.

    `what` is `look`, `apply` or `undo`; `volumes` are those that it was done on, of which a copy
    has another `id`; `by_hand` are the numbers of the steps that this does nothing of. The document
    is whole only when the run has ended.
    """
    head = {
        "schema": SCHEMA, "what": what, "server": plan.server, "plan": plan.digest,
        "volumes": {letter: {"id": one.key, "place": portable(one.place)}
                    for letter, one in volumes.items()},
        "by_hand": [step.number for step in plan.by_hand()],
    }  # fmt: skip
    stream.write(_json(head)[:-1] + ',"outcomes":[')
    commas = chain(("\n",), repeat(",\n"))
    stream.writelines(
        comma + _json(_row(one)) for one, comma in zip(outcomes, commas, strict=False)
    )
    stream.write('\n],"counts":' + _json({one.value: counts.get(one, 0) for one in Result}))
    stream.write("}\n")


def _row(one: Outcome) -> dict[str, object]:
    action = one.action
    row = {
        "id": action.id, "path": portable(action.path), "volume": action.volume,
        "parts": [portable(part) for part in action.parts], "sha256": action.sha256,
        "result": one.result.value, "why": portable(one.why),
    }  # fmt: skip
    return row | {"lacks": True} if one.lacks else row


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
