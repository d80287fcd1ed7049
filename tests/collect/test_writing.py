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


@pytest.mark.parametrize(
    ("form", "name", "found"),
    [
        ("kape", "kk", "kk.tkape"), ("kape", "kk.txt", "kk.txt.tkape"),
        ("kape", "K.TKAPE", "K.TKAPE"),
        ("velociraptor", "kk", "kk.yaml"), ("velociraptor", "kk.yml", "kk.yml"),
        ("robocopy", "kk", "kk.cmd"), ("robocopy", "kk.bat", "kk.bat"),
        ("acquire", "kk", "kk"), ("list", "kk", "kk"),
    ],
)  # fmt: skip
def test_a_name_has_the_end_by_which_a_tool_finds_it(
    form: str, name: str, found: str, chosen: Sequence[Chosen]
) -> None:
    """KAPE and Velociraptor read no other files, and Windows runs no other."""
    assert next(iter(files_of(form, chosen, name))) == found


def test_the_head_names_the_file_as_it_is_called(chosen: Sequence[Chosen]) -> None:
    """As it is typed: KAPE's target without its end, the command file with it."""
    files = files_of("kape", chosen, "mx01")
    assert "--target mx01 --tdest" in " ".join(files["mx01.tkape"].replace("#", "").split())
    assert "'mx01_IIS.tkape'" in files["mx01.tkape"]
    assert "prompt as mx01.cmd FOLDER" in files_of("robocopy", chosen, "mx01")["mx01.cmd"]
