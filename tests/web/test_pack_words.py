"""What packs advise is said in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell import beside, match
from alpheus.judge import pages
from alpheus.knowledge.installed import (
    CURRENT,
    RECORD,
    VARIABLE,
    Installed,
    InstalledPack,
    record_of,
)
from alpheus.knowledge.model import Pack
from alpheus.knowledge.pack_texts import read_texts
from alpheus.knowledge.packs import FOLDER, load_packs
from alpheus.respond import planning
from alpheus.respond.catalogue import StepKind, step_kinds, steps_of_pack
from alpheus.respond.commands import line_of
from alpheus.respond.filling import TOO_LONG, UNKNOWN
from alpheus.respond.step_words import WORDS
from alpheus.web import pack_words
from alpheus.web.pack_words import said
from alpheus.web.settings import LANGUAGES

OTHERS = [one for one in LANGUAGES if one != "en"]
BUILT_IN = (*pages.RULES, *match.RULES, *beside.RULES)
"""Rules that the program has of itself: they stand in no file of a pack."""

FILES = sorted(FOLDER.glob("*/texts/*.csv"))


def test_packs_have_texts_in_the_languages_of_the_console() -> None:
    """No file is in vain: one of another language would never be read."""
    assert {path.stem for path in FILES} == {*OTHERS}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a pack that is installed beside those that ship; nothing is remembered."""
    folder = tmp_path / "generations" / "1" / "packs" / "new-event"
    (folder / "texts").mkdir(parents=True)
    (folder / "pack.yaml").write_text("")
    one = InstalledPack("new-event", "1.0.0", "a-cert", "0" * 64)
    (tmp_path / "generations" / "1" / RECORD).write_bytes(record_of(Installed((one,))))
    (tmp_path / CURRENT).write_text("1\n")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for cached in (pack_words._texts, pack_words._step_words):
        cached.cache_clear()
    yield folder
    for cached in (pack_words._texts, pack_words._step_words):
        cached.cache_clear()


def test_what_an_installed_pack_says_is_said(installed: Path) -> None:
    """Those that ship are not the only ones that are read in another language."""
    (installed / "texts" / "de.csv").write_text(
        "text,said\nAsk the people.,Fragen Sie die Leute.\n"
    )
    assert said("Ask the people.", "de") == "Fragen Sie die Leute."
    assert said("Ask the people.", "es") == "Ask the people."


def test_a_damaged_text_of_an_installed_pack_is_shown_in_english(installed: Path) -> None:
    """A page is shown all the same, with what the other packs say."""
    (installed / "texts" / "de.csv").write_bytes(b"\xff\xfe")
    assert said("Ask the people.", "de") == "Ask the people."
    step = load_packs(["proxylogon"])[0].playbook[0]
    assert said(step.action, "de") != step.action


def _titles(pack: Pack) -> Iterator[str]:
    """Of its Sigma rules and its YARA rules."""
    yield from (str(rule.document["title"]) for rule in pack.sigma)
    for file in pack.yara:
        yield from re.findall(r'^\s*title = "(.+)"$', file.text, re.MULTILINE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_translated_text_still_stands_in_its_pack(path: Path) -> None:
    """Who changes a step or a title changes its translations with it."""
    pack, *_ = load_packs([path.parts[-3]])
    known = {text for step in pack.playbook for text in (step.action, step.why)}
    known |= {*_titles(pack)}
    known |= {rule.title for rule in BUILT_IN if rule.pack == pack.id}
    known |= {text for one in steps_of_pack(pack.folder) for text in _texts_of(one)}
    assert sorted(set(read_texts(path)) - known) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_step_of_a_playbook_is_translated(language: str) -> None:
    """A step that is changed needs its translations."""
    for pack in load_packs():
        for step in pack.playbook:
            assert said(step.action, language) != step.action, step.action
            assert said(step.why, language) != step.why, step.why


@pytest.mark.parametrize("language", OTHERS)
def test_every_step_of_a_clean_up_is_in_the_readers_language(language: str) -> None:
    """All of it that is said, what no clean-up repairs, and the words of the page; nothing else.

    What a pack adds is named in the pack's own texts.
    """
    added = {one.id for pack in FOLDER.iterdir() for one in steps_of_pack(pack)}
    known = {text for one in step_kinds() if one.id not in added for text in _texts_of(one)}
    known |= {planning.REBUILD, planning.OPERATED, planning.UNSEEN, planning.UNNAMED, *WORDS}
    known |= {UNKNOWN.strip(), TOO_LONG.strip()}
    found = read_texts(FOLDER.parent / "clean" / "texts" / f"{language}.csv")
    assert known == set(found)


@pytest.mark.parametrize("language", OTHERS)
def test_every_step_that_a_pack_adds_is_in_the_readers_language(language: str) -> None:
    """All of it that is said: why, by hand, what it breaks, how to go back; commands are as are."""
    every = [text for one in step_kinds() for text in _texts_of(one)]
    assert [one for one in every if said(one, language) == one and not _is_command(one)] == []


def _is_command(text: str) -> bool:
    return text.startswith("Set-User -Identity ID ")


@pytest.mark.parametrize("language", OTHERS)
def test_titles_of_rules_are_translated(language: str) -> None:
    """Those of packs that ship, and the program's own: a plan cites them, as the console does."""
    titles = [title for pack in load_packs() for title in _titles(pack)]
    titles += [one.title for one in BUILT_IN]
    assert [one for one in titles if said(one, language) == one] == []


def _texts_of(kind: StepKind) -> Iterator[str]:
    yield from (kind.what, kind.why, kind.breaks, kind.undo, kind.decides)
    yield from (text for text in kind.by_hand if line_of(text).label)


@pytest.mark.parametrize("language", OTHERS)
def test_commands_are_the_same_in_every_language(language: str) -> None:
    """To the last character, with the same words to be filled in."""
    for kind in step_kinds():
        for text in kind.by_hand:
            assert line_of(said(text, language)).command == line_of(text).command


@pytest.mark.parametrize("language", OTHERS)
def test_a_line_with_values_is_said_with_them(language: str) -> None:
    """Whatever an attacker wrote into them; where no name was found that is said, too."""
    value = "'a'' {command} $(x)'"
    told = said(f"What was written: {value}", language)
    assert told.endswith(f": {value}")
    assert "written" not in told
    told = said(f"What was written: NAME-OF-FILE{UNKNOWN}", language)
    assert "NAME-OF-FILE   # " in told
    assert "stands" not in told


def test_both_languages_have_the_same_texts() -> None:
    """What one says, the other says, too."""
    for folder in {path.parent for path in FILES}:
        first, *others = (set(read_texts(path)) for path in sorted(folder.glob("*.csv")))
        assert all(one == first for one in others), folder


@given(st.text(), st.sampled_from(LANGUAGES))
def test_what_no_pack_says_is_shown_as_it_is(text: str, language: str) -> None:
    """An old assessment may hold a step that is no more."""
    assert said(f"§{text}", language) == f"§{text}"
