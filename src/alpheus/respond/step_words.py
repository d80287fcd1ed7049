"""A plan in the reader's language: it is made and kept in English, and said in another.

Texts of steps are templates, so a line of a plan is looked up as it stands, and then as one of the
templates with the values that it has. Values and commands stay as they are, to the last character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from alpheus.respond.filling import TOO_LONG, UNKNOWN
from alpheus.respond.model import Plan

Say = Callable[[str], str]
"""Says a text of ours in some language; what it does not know as it is."""

_WORD = re.compile(r"\{([a-z_]+)\}")
_LONGEST = 10_000
"""Characters of a line that is looked at: all of ours are shorter."""

WORDS = (
    "why", "breaks", "undo", "decides", "Why", "Breaks", "Undo", "Decides", "Proof",
    "Contain", "Preserve", "Remove what was planted", "Restore what belongs there",
    "Close the hole", "Rotate secrets, in this order", "Rebuild", "Verify",
    "Skip to the plan", "Clean-up plan", "Clean-up of {server}",
    "Made {made} with Alpheus {version}",
    "Verdict", "Stage reached", "Steps", "Files for clean apply",
    ("Do the steps in this order: secrets that are changed before the intruder is out go to the "
     "same intruder."),
    "Digest of this plan", "What clean-up cannot repair", "Phases", "How", "Files",
    "{count} more stand in the JSON of this plan and in its checklist.",
    "Proof: 1 record", "Proof: {count} records", "The others stand in the assessment.",
    "What this plan rests on", "The assessment with this SHA-256", "Packs", "no pack",
    ("Names that an attacker chose stand in commands as one quoted argument. Control and "
     "invisible characters are written out, like"),
    "{steps} steps; 1 file for alpheus clean apply. Digest of this plan: {digest}",
    "{steps} steps; {files} files for alpheus clean apply. Digest of this plan: {digest}",
    "{count} records in all; see the assessment", "Plan of {made}, digest",
    "afterwards there: SHA-256 {hash}",
    "afterwards there: one of {count} SHA-256, such as {hash}",
    "compromised", "suspicious", "attempted", "no-evidence", "not-determinable",
    "none", "probed", "exploited", "implanted", "operated", "spread",
)  # fmt: skip
"""What the pages of a plan say beside its steps."""


def in_english(text: str) -> str:
    """As it is."""
    return text


class StepWords:
    """How texts and templates are said in one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._templates = [(_pattern(text), said) for text, said in texts.items()
                           if _WORD.search(text)]  # fmt: skip

    def said(self, line: str) -> str:
        """A line in this language; as it is where no text is like it."""
        for end in (UNKNOWN, TOO_LONG):
            if line.endswith(end):
                told = self._texts.get(end.strip(), end.strip())
                return f"{self.said(line.removesuffix(end))}   {told}"
        if line in self._texts:
            return self._texts[line]
        if len(line) > _LONGEST:
            return line
        for pattern, said in self._templates:
            if found := pattern.fullmatch(line):
                return filled(said, found.groupdict())
        return line


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with its words in place; what a value says is no word."""
    return _WORD.sub(lambda one: str(values.get(one[1], one[0])), text)


def translated(plan: Plan, say: Say) -> Plan:
    """A plan to be shown, whose digest is that of the plan as it was made."""
    steps = tuple(
        msgspec.structs.replace(
            step, what=say(step.what), why=say(step.why), breaks=say(step.breaks),
            by_hand=tuple(map(say, step.by_hand)), undo=say(step.undo), decides=say(step.decides),
            cited=tuple(msgspec.structs.replace(one, title=say(one.title)) for one in step.cited),
        )
        for step in plan.steps
    )  # fmt: skip
    beyond = tuple(map(say, plan.beyond))
    return msgspec.structs.replace(plan, headline=say(plan.headline), beyond=beyond, steps=steps)


def _pattern(text: str) -> re.Pattern[str]:
    """A template as what it matches; a word that stands in it again means the same."""
    parts, last, seen = [], 0, set[str]()
    for found in _WORD.finditer(text):
        parts.append(re.escape(text[last : found.start()]))
        parts.append(f"(?P={found[1]})" if found[1] in seen else f"(?P<{found[1]}>.+?)")
        seen.add(found[1])
        last = found.end()
    return re.compile("".join((*parts, re.escape(text[last:]))), re.DOTALL)
