"""What the judgement of one page may cost, whatever code it carries inside of its code."""

from __future__ import annotations

from dataclasses import dataclass

MOST_STEPS = 120_000
"""So many parts of code are looked at in all; a page of more is judged by these."""

MOST_CARRIED = 20_000
"""So many words are read of all texts of a page that are code themselves."""

_LONG = 256
_PER_STEP = 128
_ITEMS_PER_STEP = 16


@dataclass(slots=True)
class Budget:
    """What is left of it. `carried`: words of texts that are code themselves."""

    steps: int = MOST_STEPS
    carried: int = MOST_CARRIED

    def weigh(self, made: object) -> None:
        """Something was made of parts: a long text takes as long as many steps."""
        if isinstance(made, str | bytes):
            if len(made) > _LONG:
                self.steps -= len(made) // _PER_STEP
        elif isinstance(made, tuple) and len(made) > _LONG:
            self.steps -= len(made) // _ITEMS_PER_STEP
