"""The steps that ship, and what is wrong with a file of somebody else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from alpheus.detect.webshell import beside, match
from alpheus.errors import KnowledgeError
from alpheus.judge import pages
from alpheus.knowledge.packs import load_packs
from alpheus.model import Stage, Weight
from alpheus.respond import catalogue
from alpheus.respond.catalogue import StepKind, parts_of, read_steps, step_kinds
from alpheus.respond.model import Phase

STEP = """
- id: one
  phase: remove
  when: [compromised and rule:x*]
  what: a
  why: b
  by_hand: []
  breaks: c
  undo: d
  decides: e
"""


def test_every_phase_has_its_steps_in_order() -> None:
    """Nothing is rotated before what was planted is gone; verification is last."""
    kinds = step_kinds()
    phases = [kind.phase for kind in kinds]
    assert phases == sorted(phases, key=list(Phase).index)
    assert set(phases) == set(Phase)
    assert len({kind.id for kind in kinds}) == len(kinds)
    rotated = [kind.id for kind in kinds if kind.phase is Phase.ROTATE]
    assert rotated[0] == "machine-keys"
    assert rotated[-1] == "kerberos"


@pytest.mark.parametrize("kind", step_kinds(), ids=lambda kind: kind.id)
def test_every_step_says_all_that_a_person_needs(kind: object) -> None:
    """Why, how, what it breaks, how to go back, and who decides; its words are known."""
    for name in ("what", "why", "breaks", "undo", "decides", "by_hand"):
        assert getattr(kind, name), name
    words = {word for text in kind.by_hand for word in re.findall(r"\{(\w+)\}", text)}  # type: ignore[attr-defined]
    assert words - {"HTTP_COOKIE", "roots"} <= set(kind.names)  # type: ignore[attr-defined]


def test_a_step_is_read_as_it_is_written() -> None:
    """By somebody who writes no Python."""
    (kind,) = read_steps(STEP, "steps.yaml")
    assert (kind.id, kind.phase, kind.when) == ("one", Phase.REMOVE, ("compromised and rule:x*",))


@pytest.mark.parametrize(("text", "why"), [
    ("a: [", "line"), ("a: b", "no list"), ("- 1", "steps.yaml"), (STEP + "  more: x\n", "more"),
    (STEP.replace("compromised and", "compromized and"), "step one: 'compromized'"),
    (STEP.replace("phase: remove", "phase: destroy"), "destroy"),
    (STEP.replace("  why: b\n", ""), "why"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, why: str) -> None:
    """File, and step or line."""
    with pytest.raises(KnowledgeError, match=why):
        read_steps(text, "steps.yaml")


def test_a_step_of_a_pack_stands_where_it_says(tmp_path: Path, monkeypatch: Any) -> None:
    """Behind the step that it names; a name of nobody, or of two steps, is refused."""
    folder = tmp_path / "own"
    folder.mkdir()
    step = STEP.replace("id: one", "id: own-step").replace("phase: remove", "phase: rotate")
    monkeypatch.setattr(catalogue, "pack_ids", lambda: ("own",))
    monkeypatch.setattr(catalogue, "pack_folder", lambda _: folder)
    for text, wrong in (
        ("  after: nothing-such\n", "there is no step 'nothing-such'"), ("", ""),
        ("  after: machine-keys\n", ""),
    ):  # fmt: skip
        (folder / "clean.yaml").write_text(step + text)
        if wrong:
            with pytest.raises(KnowledgeError, match=wrong):
                step_kinds.__wrapped__()
            continue
        ids = [kind.id for kind in step_kinds.__wrapped__()]
        before = "machine-keys" if text else "kerberos"
        assert ids[ids.index("own-step") - 1] == before
    (folder / "clean.yaml").write_text(step.replace("own-step", "kerberos"))
    with pytest.raises(KnowledgeError, match="two steps of a clean-up are called 'kerberos'"):
        step_kinds.__wrapped__()


def test_the_hole_is_closed_before_secrets_are_changed_and_the_step_says_why() -> None:
    """Through an open one the new secrets are read as the old ones were."""
    kinds = step_kinds()
    closed = [at for at, kind in enumerate(kinds) if kind.phase is Phase.PATCH]
    rotated = [at for at, kind in enumerate(kinds) if kind.phase is Phase.ROTATE]
    assert max(closed) < min(rotated)
    (update,) = (kind for kind in kinds if kind.id == "update")
    assert "Secrets are changed after it" in update.why


HOW_IT_WENT = frozenset({
    "exchange-intrusion-command-logs-removed", "exchange-intrusion-pool-started-shell",
    "exchange-intrusion-snapin-loaded", "iis-webshell-command-frame-of-chopper",
    "iis-webshell-log-cleared", "iis-webshell-log-cleared-on-command-line",
    "iis-webshell-pages-removed", "iis-webshell-remote-command-output",
    "iis-webshell-system-log-cleared", "iis-webshell-worker-started-reconnaissance",
    "iis-webshell-worker-started-shell", "proxylogon-httpproxy-attack-sequence-file-written",
    "proxylogon-um-child-process", "page-rare",
})  # fmt: skip
"""What tells of deeds alone, and of nothing that is on the server since."""


def test_what_is_left_on_a_server_has_a_step() -> None:
    """Each rule whose finding means that something was put there or taken: a step is due, by it."""
    rules = {
        str(one.document["name"]): one.meaning
        for pack in load_packs()
        for one in pack.sigma
        if one.meaning is not None
    } | {one.id: one.meaning for one in (*pages.RULES, *match.RULES, *beside.RULES)}
    without = {
        name for name, meaning in rules.items()
        if meaning.weight is not Weight.CONTEXT and meaning.stage.rank >= Stage.IMPLANTED.rank
        and not any(_is_due(kind, name, meaning.techniques) for kind in step_kinds())
    }  # fmt: skip
    assert without == HOW_IT_WENT


def _is_due(kind: StepKind, rule: str, techniques: Sequence[str]) -> bool:
    cited = any(fnmatchcase(rule, one) for one in kind.cites)
    return cited and any(
        all(_holds(part, rule, techniques) for part in parts_of(when)) for when in kind.when
    )


def _holds(part: str, rule: str, techniques: Sequence[str]) -> bool:
    what, _, pattern = part.partition(":")
    if what == "technique":
        return any(fnmatchcase(one, pattern) for one in techniques)
    return fnmatchcase(rule, pattern) if what == "rule" else part in {"files", "pages"}
