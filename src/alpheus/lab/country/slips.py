"""The errors of those who make lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from alpheus.lab.country.sightings import Seen

LOCAL = timedelta(hours=-5)
"""Local time as people on the east coast have it in winter."""


def _swap(text: str, rng: Random) -> str:
    """Two letters of the first label change places, or one is missing."""
    if len(text) < 4:
        return text
    first = text.partition(".")[0]
    place = rng.randrange(1, max(2, len(first) - 1))
    if rng.random() < 0.5 and text[place] != text[place - 1]:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text[:place] + text[place + 1 :]


def _typo_in_name(seen: Seen, rng: Random) -> None:
    if seen.server_name:
        seen.server_name = _swap(seen.server_name, rng)
    elif seen.reverse:
        seen.reverse = _swap(seen.reverse, rng)


def _wrong_name(seen: Seen, rng: Random) -> None:
    """The name of a web host's or mail filter's machine, which thousands have."""
    seen.reverse = rng.choice(("mx1.mailfilter.example", "localhost", "www.webhost.example"))


def _other_spelling(seen: Seen, rng: Random) -> None:
    seen.server_name = seen.server_name.lower()
    seen.reverse = seen.reverse.upper() if rng.random() < 0.5 else f"{seen.reverse}."


def _address_only(seen: Seen, rng: Random) -> None:  # noqa: ARG001 - all slips are called alike
    seen.reverse = seen.server_name = seen.back_end = ""
    seen.tells_member = len(seen.members) < 2


def _local_time(seen: Seen, rng: Random) -> None:  # noqa: ARG001 - as above
    seen.time += LOCAL


SLIPS: tuple[tuple[str, float, Callable[[Seen, Random], None]], ...] = (
    ("address-only", 0.08, _address_only),
    ("typo", 0.004, _typo_in_name),
    ("wrong-name", 0.004, _wrong_name),
    ("spelling", 0.05, _other_spelling),
    ("local-time", 0.01, _local_time),
)
"""Each error with the share of rows that has it."""


def slip(seen: Seen, rng: Random) -> None:
    """Make the errors that chance wants, and write down which."""
    for name, share, change in SLIPS:
        if rng.random() < share:
            before = (seen.reverse, seen.server_name, seen.time)
            change(seen, rng)
            if before != (seen.reverse, seen.server_name, seen.time):
                seen.errors.append(name)
