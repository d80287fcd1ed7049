"""Invented words."""

from __future__ import annotations

from random import Random

from alpheus.lab.country.words import COUNT, Words, letters, surname


def test_no_word_comes_twice() -> None:
    """Nor does a town's name, even beside words of other numbers."""
    words = Words(3)
    numbers = [*range(20_000), *range(COUNT - 20_000, COUNT)]
    assert len({words.word(number) for number in numbers}) == len(numbers)
    assert len({words.place(number) for number in numbers}) == len(numbers)


def test_another_seed_has_other_words() -> None:
    """And the same seed the same."""
    assert Words(1).word(7) == Words(1).word(7) != Words(2).word(7)


def test_words_can_stand_in_a_host_name() -> None:
    """Small letters of ASCII, three syllables."""
    for number in range(500):
        word = Words(1).word(number)
        assert word.isascii()
        assert word.isalpha()
        assert word.islower()
        assert 6 <= len(word) <= 12


def test_other_inventions() -> None:
    """A last name begins with a capital; letters begin with a letter and are as many as wanted."""
    rng = Random(2)
    assert surname(rng).istitle()
    text = letters(rng, 9)
    assert len(text) == 9
    assert text[0].isalpha()
