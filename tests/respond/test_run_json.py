"""What became of each file, for a program to read."""

from __future__ import annotations

import io
import json
from collections import Counter

from alpheus.respond.outcome import Outcome, Result
from alpheus.respond.run_json import write_run
from alpheus.respond.volume_identity import Identity
from clean_work import plan_of


def test_every_outcome_is_there_with_counts() -> None:
    """In the plan's order; names of any bytes are readable for every reader."""
    plan = plan_of([(("a\u202e.aspx",), b"1"), (("b.aspx",), b"2")])
    results = (Result.DONE, Result.REFUSED)
    outcomes = [Outcome(action, result, "why \udcff", lacks=result is Result.DONE)
                for action, result in zip(plan.files(), results, strict=True)]  # fmt: skip
    stream = io.StringIO()
    volumes = {"C": Identity("ab12", "/mnt/c \udcff")}
    write_run(plan, "apply", outcomes, Counter(results), stream, volumes=volumes)
    found = json.loads(stream.getvalue())
    assert (found["schema"], found["what"], found["plan"]) == (
        "alpheus.clean-run/1", "apply", plan.digest,
    )  # fmt: skip
    assert [(one["id"], one["result"]) for one in found["outcomes"]] == [
        (1, "done"), (2, "refused"),
    ]  # fmt: skip
    assert [one.get("lacks", False) for one in found["outcomes"]] == [True, False]
    assert found["volumes"] == {"C": {"id": "ab12", "place": "/mnt/c \\udcff"}}
    assert found["by_hand"] == []
    assert found["outcomes"][0]["why"] == "why \\udcff"
    assert found["counts"] == {
        "would": 0, "done": 1, "already": 0, "absent": 0, "not-found": 0, "refused": 1,
    }  # fmt: skip


def test_a_run_of_nothing_is_a_document_too() -> None:
    """With no outcome."""
    stream = io.StringIO()
    write_run(plan_of([]), "look", [], {}, stream)
    assert json.loads(stream.getvalue())["outcomes"] == []
