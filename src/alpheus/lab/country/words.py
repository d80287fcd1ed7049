"""Words that are nobody's name, each of them once.

A word has three syllables, each of consonants and a vowel, so that no two numbers give the same
word, and no two words followed by endings of our own give the same name.
"""

from __future__ import annotations

from random import Random

from alpheus.lab.country.dice import throw

_ONSETS = (
    "b", "br", "d", "dr", "f", "g", "gr", "h", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t",
    "v", "z",
)  # fmt: skip
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ei", "ou")
_SYLLABLES = tuple(onset + vowel for onset in _ONSETS for vowel in _VOWELS)
_ENDINGS = (
    "burg", "by", "dale", "field", "ford", "ham", "mont", "mouth", "port", "stead", "ton", "ville",
)  # fmt: skip
COUNT = len(_SYLLABLES) ** 3
"""So many different words there are."""
_FACTOR = 1_618_033
"""Has no divisor in common with the count: every number gets a place of its own."""


class Words:
    """The words of one seed."""

    def __init__(self, seed: int) -> None:
        self._shift = int(throw(seed, "words") * COUNT)

    def word(self, number: int) -> str:
        """The word of a number below `COUNT`, in lower case."""
        place = (number * _FACTOR + self._shift) % COUNT
        first, rest = divmod(place, len(_SYLLABLES) ** 2)
        second, third = divmod(rest, len(_SYLLABLES))
        return _SYLLABLES[first] + _SYLLABLES[second] + _SYLLABLES[third]

    def place(self, number: int) -> str:
        """The name of a town, in lower case; unique as the words are."""
        word = self.word(number)
        return word + _ENDINGS[(number + self._shift) % len(_ENDINGS)]


def surname(rng: Random) -> str:
    """A person's last name; several people may have it."""
    return (rng.choice(_SYLLABLES) + rng.choice(_SYLLABLES) + rng.choice("lnrst")).capitalize()


def letters(rng: Random, count: int) -> str:
    """So many random letters and digits, the first a letter."""
    first = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return first + "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=count - 1))
