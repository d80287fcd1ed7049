"""Every form by its name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alpheus.cli.collect import FORMS
from alpheus.collect.chosen import Chosen
from alpheus.collect.writing import WRITERS, files_of
from alpheus.errors import UsageError
from alpheus.knowledge.collection_file import formats


def test_forms_writers_and_heads_are_the_same() -> None:
    """On the command line, too."""
    assert list(FORMS) == list(WRITERS) == list(formats())


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_the_same_every_time_and_is_ascii(form: str, chosen: Sequence[Chosen]) -> None:
    """So it can be compared, and every collector reads it."""
    found = files_of(form, chosen)
    assert found == files_of(form, chosen)
    assert all(text.isascii() for text in found.values())
    label = " ".join(formats()[form].label.split())
    said = " ".join(" ".join(found.values()).replace("#", " ").replace("rem ", " ").split())
    assert label in said


def test_what_cannot_be_written_is_refused(chosen: Sequence[Chosen]) -> None:
    """An unknown form, and nothing."""
    with pytest.raises(UsageError, match="there are kape, velociraptor"):
        files_of("cylr", chosen)
    with pytest.raises(UsageError, match="nothing is left"):
        files_of("kape", ())
