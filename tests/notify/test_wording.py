"""The words of notices, as folders that anybody can edit."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import msgspec
import pytest

from alpheus.errors import KnowledgeError
from alpheus.notify.render import render
from alpheus.notify.wording import BUILT_IN, TEMPLATES, Wording, shipped
from notice_samples import SETTINGS, notice


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A made-up language that is English so far."""
    return Path(shutil.copytree(BUILT_IN / "en", tmp_path / "xx"))


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def _problem(folder: Path) -> str:
    with pytest.raises(KnowledgeError) as caught:
        Wording([folder]).language("xx")
    return str(caught.value)


def test_a_language_is_added_by_a_folder(folder: Path) -> None:
    """A folder given by its path, or by that of the folder above it, is a language."""
    _edit(folder / "phrases.csv", "has been broken into.", "is brokked.")
    _edit(folder / "organisation.txt", "! {{", "! Oyez! {{")
    for place in (folder, folder.parent):
        wording = Wording([place])
        assert "xx" in wording.tags
        shown = render(notice(language="xx"), SETTINGS, wording=wording)
        assert "Oyez! Your mail server mail1.school.example (192.0.2.2) is brokked." in shown.text
        assert "Oyez!" in shown.html


def test_a_folder_may_stand_in_for_one_that_ships(folder: Path) -> None:
    """A team's own English is used in place of ours."""
    own = folder.rename(folder.with_name("en"))
    _edit(own / "phrases.csv", "has been broken into.", "was hacked.")
    assert "was hacked." in render(notice(), SETTINGS, wording=Wording([own])).text
    settings = msgspec.structs.replace(SETTINGS, templates=(own,))
    assert "was hacked." in render(notice(), settings).text


@pytest.mark.parametrize("name", ["steps.csv", *(f"{one}.txt" for one in TEMPLATES), "verify.txt"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """The error says which file of which folder."""
    (folder / name).unlink()
    assert f"{folder}/{name} is missing" in _problem(folder)


def test_a_folder_without_phrases_is_no_language(folder: Path) -> None:
    """A wrong path is said at once."""
    (folder / "phrases.csv").unlink()
    with pytest.raises(KnowledgeError, match=r"no folder of a language: there is no phrases\.csv"):
        Wording([folder])


def test_a_missing_phrase_is_named(folder: Path) -> None:
    """With the number of others."""
    path = folder / "phrases.csv"
    rows = [row for row in path.read_text("utf-8").splitlines() if not row.startswith("month.")]
    path.write_text("\n".join(rows), "utf-8")
    assert _problem(folder) == (f"{path}: the phrase month.1 is missing (and 11 more): add it")


def test_a_wrong_placeholder_is_named(folder: Path) -> None:
    """What is to be filled in is the same as in English."""
    _edit(folder / "phrases.csv", "Your mail server {server} has", "Your mail server has")
    assert "the phrase lead.own.compromised.one lacks {server}" in _problem(folder)


def test_an_unknown_phrase_is_named(folder: Path) -> None:
    """A misspelt key is found beside the one that is missing, and by itself."""
    with (folder / "phrases.csv").open("a", encoding="utf-8") as stream:
        stream.write("lead.tpyo,x\n")
    assert "there is no phrase lead.tpyo" in _problem(folder)


def test_a_doubled_phrase_is_named(folder: Path) -> None:
    """Which of two would hold?"""
    with (folder / "phrases.csv").open("a", encoding="utf-8") as stream:
        stream.write("date,{day} {month} {year}\n")
    assert "date stands there twice" in _problem(folder)


def test_a_ragged_row_is_named_by_its_line(folder: Path) -> None:
    """A forgotten quotation mark around a text with a comma is the commonest mistake."""
    _edit(folder / "steps.csv", "\nrotate,", "\nrotate,one,more,")
    assert "line" in _problem(folder)


def test_a_broken_template_is_named_by_its_line(folder: Path) -> None:
    """The error of the template's language comes with its place."""
    _edit(folder / "verify.txt", "{% endif %}", "{% endfi %}")
    assert _problem(folder).startswith(f"{folder}/verify.txt: line ")


def test_an_unknown_name_in_a_template_is_named(folder: Path) -> None:
    """And what there is."""
    _edit(folder / "reduced.txt", "{{ notice.reference }}", "{{ reference }}")
    assert "reduced.txt: there is no reference; a template may name date, notice" in _problem(
        folder
    )


def test_an_unknown_value_in_a_template_is_named(folder: Path) -> None:
    """It is found when a notice is written."""
    _edit(folder / "organisation.txt", "{{ notice.lead }}", "{{ notice.led }}")
    with pytest.raises(KnowledgeError, match=r"organisation\.txt: .*led"):
        render(notice(language="xx"), SETTINGS, wording=Wording([folder]))


def test_templates_cannot_reach_the_program(folder: Path) -> None:
    """A folder of words from somebody else runs no code."""
    _edit(folder / "organisation.txt", "{{ notice.lead }}", "{{ notice.__class__.__mro__ }}")
    with pytest.raises(KnowledgeError):
        render(notice(language="xx"), SETTINGS, wording=Wording([folder]))


def test_the_nearest_language_is_taken() -> None:
    """A dialect falls back to its language, an unknown one to English."""
    assert shipped().nearest("de-AT") == "de"
    assert shipped().nearest("ES_mx") == "es"
    assert shipped().nearest("tlh") == "en"
    assert shipped().of_country("at") == "de"
    assert shipped().of_country("MX") == "es"
    assert shipped().of_country("JP") == shipped().of_country("") == "en"


@pytest.mark.parametrize(
    ("tag", "day", "time", "number"),
    [
        ("en", "8 March 2021", "8 March 2021, 14:02 UTC", "12,345"),
        ("de", "8. März 2021", "8. März 2021, 14:02 Uhr UTC", "12.345"),
        ("es", "8 de marzo de 2021", "8 de marzo de 2021, 14:02 UTC", "12.345"),
    ],
)
def test_dates_and_numbers_are_in_the_readers_form(
    tag: str, day: str, time: str, number: str
) -> None:
    """Months are words, so that day and month cannot be swapped; the zone is UTC and said."""
    language = shipped().language(tag)
    assert language.date("2021-03-08T14:02:00Z") == day
    assert language.time("2021-03-08T15:02:00+01:00") == time
    assert language.number(12345) == number
    assert language.date("some day") == "some day"


@pytest.mark.parametrize("tag", ["de", "es"])
def test_what_ships_is_whole(tag: str) -> None:
    """Every language that ships passes its own checks and leaves no phrase in English."""
    language = shipped().language(tag)
    rows = csv.DictReader((BUILT_IN / "en" / "phrases.csv").read_text("utf-8").splitlines())
    same = {row["key"] for row in rows if language.phrases[row["key"]] == row["text"]}
    assert {key for key in same if key.startswith(("lead.", "tlp.", "subject.", "phone."))} <= {
        "phone.whom"
    }
    english = shipped().language("en")
    assert not [name for name in english.steps if english.steps[name] == language.steps[name]]
