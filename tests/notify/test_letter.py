"""Notices on paper."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from alpheus.errors import OutputError
from alpheus.notify.letter import (
    MOST,
    address_lines,
    call_sheets,
    letter,
    letter_files,
    letters,
    paper_of,
    uncovered,
    unprintable,
)
from alpheus.notify.model import Channel, Notice
from alpheus.notify.settings import Sender, Settings
from alpheus.notify.wording import shipped
from notice_samples import (
    CODE,
    PAGE,
    REFERENCE,
    SETTINGS,
    letter_notice,
    notice,
    notices,
    subject,
    vulnerable,
)

LANGUAGES = shipped().tags
US = Settings(sender=Sender(
    "Kim Doe", "CERT of Exampleland", "notices@cert.example", telephone="+1 555 0100",
    verify_url=PAGE, postal_address=("1 Example Street", "Exampletown, NY 12345"),
))  # fmt: skip


def _pages(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def _size(content: bytes) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(content)).pages[0].mediabox
    return round(float(box.width)), round(float(box.height))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_has_all_that_it_must(language: str) -> None:
    """Address, reference, code, page numbers; what matters on the first page, the rest behind."""
    shown = _pages(letter(letter_notice(language=language), SETTINGS))
    assert len(shown) == 2
    for needed in (
        "School District of Springfield 1 School Street", "mail1.school.example (192.0.2.2)",
        REFERENCE, CODE, PAGE, "+1 555 0100", "TLP:AMBER", "Kim Doe",
    ):  # fmt: skip
        assert needed in shown[0]
    assert "aspnet_client" not in shown[0]
    assert "aspnet_client" in shown[1]
    assert "orange7" not in shown[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 4, 5, 14])
def test_the_main_part_is_one_page(language: str, count: int) -> None:
    """Also of many servers in different states; all are listed in the annex."""
    kinds = [subject, vulnerable, lambda n: subject(n, compromise="suspicious")]
    servers = [kinds[number % 3](number + 1) for number in range(count)]
    shown = _pages(letter(letter_notice(*servers, language=language), SETTINGS))
    assert shown[0].count("TLP:AMBER") == 3
    assert f"mail{count}.school.example" in " ".join(shown)
    assert len(shown) <= 4


def test_a_letter_is_the_same_every_time() -> None:
    """An approval binds to its bytes: no clock, no machine's fonts."""
    assert letter(letter_notice(), SETTINGS) == letter(letter_notice(), SETTINGS)
    information = PdfReader(io.BytesIO(letter(letter_notice(), SETTINGS))).metadata
    assert information is not None
    assert information.title == REFERENCE
    assert str(information.creation_date_raw).startswith("D:20210309080000")


def test_names_are_never_markup() -> None:
    """Commands of the typesetter, links and styles in a name are shown as they are."""
    name = '#panic("x") *b* _i_ $x$ <l> @r `c` //x [y] \\n #{1+1} \u202eexe'
    shown = _pages(letter(letter_notice(
        subject(name=name), name=name, owner=name), SETTINGS))[0]  # fmt: skip
    assert '#panic("x") *b* _i_ $x$ <l> @r `c` //x [y] \\n #{1+1} {U+202E}exe' in shown


@given(notices)
@settings(max_examples=25)
def test_any_notice_can_be_printed(one: Notice) -> None:
    """Whatever the data are, there is a letter."""
    assert letter(one, SETTINGS).startswith(b"%PDF-")
    assert call_sheets([one], SETTINGS).startswith(b"%PDF-")


def test_many_letters_are_one_file() -> None:
    """Each begins on the front of a sheet and counts its own pages."""
    many = [
        letter_notice(subject(number), reference=f"A-{number}", language=language)
        for number, language in enumerate(["en", "de", "es"], 1)
    ]
    reduced = letter_notice(reference="A-9", reduced=True)
    shown = _pages(letters([reduced, *many], SETTINGS))
    assert [number for number, page in enumerate(shown) if "A-9" in page] == [0]
    assert shown[1] == ""
    assert "Page 1 of 1" in shown[0]
    assert "Page 1 of 2" in shown[2]
    assert "Seite 2 von 2" in shown[5]
    assert "Página 1 de 2" in shown[6]
    assert len(_pages(letters([reduced, *many], SETTINGS, duplex=False))) == 7


def test_any_number_of_letters_is_some_files() -> None:
    """A file holds as many as memory and printer bear; none is left out or doubled."""
    many = [letter_notice(reference=f"A-{number}", reduced=True) for number in range(7)]
    files = list(letter_files(many, SETTINGS, each=3, duplex=False))
    found = [re.findall(r"A-\d", page)[0] for file in files for page in _pages(file)]
    assert len(files) == 3
    assert found == [one.reference for one in many]
    assert list(letter_files([], SETTINGS)) == []
    with pytest.raises(OutputError, match="at most 300"):
        letters([letter_notice()] * (MOST + 1), SETTINGS)


def test_no_letter_is_no_file() -> None:
    """An empty PDF would be taken for a failure of the printer."""
    with pytest.raises(OutputError, match="no notice goes by letter"):
        letters([], SETTINGS)
    with pytest.raises(OutputError, match="no notice goes by telephone"):
        call_sheets([], SETTINGS)


def test_paper_is_that_of_the_country() -> None:
    """By the sender, who prints; else by the recipient."""
    assert paper_of(letter_notice(), SETTINGS) == "a4"
    assert paper_of(letter_notice(), US) == "us-letter"
    bare = Settings(sender=Sender("a", "b", "c@d.example"))
    assert paper_of(letter_notice(address="1 Street, Springfield, OR 97477"), bare) == "us-letter"
    assert paper_of(letter_notice(address="Calle 1, Ciudad, México"), bare) == "us-letter"
    assert paper_of(letter_notice(address="Weg 1, 12345 Stadt"), bare) == "a4"
    assert _size(letter(letter_notice(), SETTINGS)) == (595, 842)
    assert _size(letter(letter_notice(), US)) == (612, 792)
    assert len(_pages(letter(letter_notice(language="de"), US))) == 2


def test_an_address_is_set_in_lines() -> None:
    """At its line ends, else at its commas; the name once; no more lines than the window has."""

    def lines(address: str, name: str = "N") -> tuple[str, ...]:
        return address_lines(letter_notice(address=address, name=name))

    assert lines("1 A Street, B") == ("N", "1 A Street", "B")
    assert lines("N\n1 A Street, Floor 2\r\nB") == ("N", "1 A Street, Floor 2", "B")
    assert lines(", ".join("abcdefgh")) == ("N", "a", "b", "c", "d", "e, f, g, h")


def test_alphabets_of_the_fonts() -> None:
    """Latin, Greek, Cyrillic and some more are printed; others are told, and written out."""
    assert uncovered("Łódź Çeşme Việt Ωμέγα Ґанок Ђорђе Հայ ქართ עברית العربية €„“") == ()
    assert uncovered("a中文a") == ("中", "文")
    chinese = letter_notice(address="中 1, Stadt")
    assert list(unprintable([letter_notice(), chinese])) == [(REFERENCE, ("中",))]
    assert "{U+4E2D} 1" in _pages(letter(chinese, SETTINGS))[0]


def test_letters_are_kept_and_read_aloud() -> None:
    """PDF/A for archives, PDF/UA for screen readers: tagged, with a language and a title."""
    content = letter(letter_notice(language="de"), SETTINGS)
    assert b"pdfaid" in content
    assert b"pdfuaid" in content
    root = PdfReader(io.BytesIO(content)).root_object
    assert "/StructTreeRoot" in root


def test_a_sheet_for_each_call() -> None:
    """The number, the script in the language of whom is called, boxes to tick."""
    calls = [
        notice(channel=Channel.PHONE, address="+1 555 0147", language="de"),
        notice(channel=Channel.PHONE, address="+1 555 0148", language="es"),
    ]
    shown = _pages(call_sheets(calls, SETTINGS))
    assert len(shown) == 2
    for needed in ("+1 555 0147", "Gesprächsleitfaden", "Ihr Mailserver", "Niemand erreicht"):
        assert needed in shown[0]
    assert "Nadie contestó" in shown[1]
    assert CODE not in "".join(shown)


@given(st.text(max_size=20))
@settings(max_examples=20, deadline=None)
def test_what_is_covered_is_decided_for_any_text(text: str) -> None:
    """No character makes the test itself fail."""
    assert set(uncovered(text)) <= set(text)
