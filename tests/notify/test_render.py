"""A notice in words."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.notify.model import Attachment, Channel, Notice, Rendered, Rung
from alpheus.notify.render import render
from alpheus.notify.rows import COLUMNS
from alpheus.notify.wording import shipped
from notice_samples import (
    CODE,
    PAGE,
    REFERENCE,
    SETTINGS,
    notice,
    notices,
    subject,
    vulnerable,
)

LANGUAGES = shipped().tags
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]"
)
_TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "p", "strong", "h1", "h2", "ol", "ul",
    "li", "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "bdi", "a",
}  # fmt: skip


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


def _everything(rendered: Rendered) -> str:
    files = "".join(one.content.decode("utf-8-sig") for one in rendered.attachments)
    return "\0".join((rendered.subject, rendered.text, rendered.html, files))


@given(notices)
@settings(max_examples=150)
def test_any_notice_can_be_put_into_words(one: Notice) -> None:
    """Whatever the data are: no failure, no markup, no header's line, no hidden character."""
    rendered = render(one, SETTINGS)
    assert "\n" not in rendered.subject
    for text in (rendered.subject, rendered.text):
        assert not _UNSEEN.search(text)
        text.encode()
    page = Page(rendered.html)
    assert page.tags <= _TAGS
    assert page.links <= {PAGE}
    assert page.attributes <= {"lang", "charset", "name", "content", "scope", "href"}
    for line in rendered.text.splitlines():
        assert len(line) <= 72 or " " not in line.strip().removeprefix("- ")
    for file in rendered.attachments:
        for row in csv.reader(io.StringIO(file.content.decode("utf-8-sig"))):
            assert len(row) == len(COLUMNS)
            assert not any(cell.lstrip()[:1] in set("=+-@") and cell != "-" for cell in row)
    assert render(one, SETTINGS) == rendered


_secret = st.from_regex(r"[Qq][A-Za-z0-9]{8,16}[0-9]", fullmatch=True)


@given(one=notices, secret=_secret)
@settings(max_examples=60)
def test_no_secret_of_evidence_is_told(one: Notice, secret: str) -> None:
    """A notice must not hand a working back door to whoever reads it."""
    told = subject(evidence=(
        f"https://mail.example/aspnet_client/x.aspx?{secret} and ?pw={secret}",
        f"POST /owa/auth/x.aspx?a={secret} with password {secret!r} was seen, password: {secret}",
        f'eval(Request["{secret}"],"unsafe") stood in the page',
    ))  # fmt: skip
    one = _with(one, subjects=(*one.subjects, told), reduced=False)
    assert secret not in _everything(render(one, SETTINGS))


def _with(one: Notice, **changes: object) -> Notice:
    return Notice(**{**{name: getattr(one, name) for name in one.__struct_fields__}, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rung", Rung)
def test_a_reduced_notice_names_no_detail(language: str, rung: Rung) -> None:
    """Who reads the mailbox of a broken-into server learns only whom to call."""
    server = subject(name="mail.secret.example", address="198.51.100.7", owner="Secret Owner")
    one = notice(
        server, vulnerable(2), reduced=True, language=language, rung=rung, owner="Secret Owner"
    )
    rendered = render(one, SETTINGS)
    shown = _everything(rendered)
    for secret in ("secret", "198.51", "192.0.2", "Secret Owner", "Exchange", "15.1", CODE, "2021"):
        assert secret not in shown
    assert rendered.attachments == ()
    assert REFERENCE in rendered.subject
    assert REFERENCE in rendered.text
    assert SETTINGS.sender.telephone in rendered.text
    assert PAGE in rendered.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rung", Rung)
@pytest.mark.parametrize(
    "one", [subject(), vulnerable(), vulnerable(patch="regressed"),
            subject(compromise="suspicious", stage="exploited"), subject(compromise="reported"),
            subject(compromise="re-infected", stage="spread", patch="fixed"),
            vulnerable(patch="fixed")],
)  # fmt: skip
def test_a_notice_says_all_that_it_must(language: str, rung: Rung, one: object) -> None:
    """What matters first, the sender, the way to check, the code, the label; nothing left open."""
    rendered = render(notice(one, language=language, rung=rung), SETTINGS)  # type: ignore[arg-type]
    text = rendered.text
    assert text.startswith("TLP:AMBER\n\n")
    for needed in (REFERENCE, CODE, PAGE, "+1 555 0100", "notices@cert.example", "UTC"):
        assert needed in text
        assert needed in rendered.html
    assert "{" not in text
    assert "http" not in text.replace(PAGE, "")
    assert REFERENCE in rendered.subject
    main = text.split("=" * 72)[0]
    assert len(main.splitlines()) <= 80
    assert len(rendered.subject) < 120


def test_the_sentence_that_matters_comes_first() -> None:
    """Nobody has to read on to know what happened."""
    text = render(notice(), SETTINGS).text
    assert text.split("\n\n")[1] == (
        "Your mail server mail1.school.example (192.0.2.2) has been broken into."
    )


def test_what_was_seen_is_in_the_annex() -> None:
    """Details can put readers off: the main part is for what to do."""
    main, annex = render(notice(), SETTINGS).text.split("=" * 72)
    assert "aspnet_client" not in main
    assert "hxxps://mail[.]school[.]example/aspnet_client/discover[.]aspx?[withheld]" in annex
    assert "orange7" not in annex


def test_without_a_code_the_reference_is_asked_for() -> None:
    """A notice that was rendered without its code shows no empty place."""
    text = render(notice(code=""), SETTINGS).text
    assert "one-time code" not in text
    assert "with the reference A-4F7K2Q" in text


def test_a_provider_gets_a_table() -> None:
    """Whose servers they are, and a file with all of them."""
    servers = [subject(number, owner=f"Customer {number}") for number in range(1, 31)]
    rendered = render(notice(*servers, rung=Rung.PROVIDER, language="de"), SETTINGS)
    assert "Customer 10" in rendered.text
    assert "Customer 11" not in rendered.text.split("=" * 72)[0]
    (file,) = rendered.attachments
    assert (file.name, file.media_type) == ("servers-A-4F7K2Q.csv", "text/csv")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == 30
    assert rows[29]["owner"] == "Customer 30"
    assert rows[0]["state"] == "kompromittiert"


def test_a_strict_label_is_not_passed_on() -> None:
    """Who may not pass a notice on is not asked to."""
    for label in ("TLP:RED", "TLP:AMBER+STRICT"):
        text = render(notice(rung=Rung.PROVIDER, tlp=label), SETTINGS).text
        assert "pass this on to your customers" not in text
        assert "ask your customers to call us" in " ".join(text.split())


def test_formulas_and_file_names_are_guarded() -> None:
    """A name in data is no formula of a spreadsheet and no path."""
    bad = [subject(number, name='=cmd|" /C calc"!A0', owner="@SUM(A1)") for number in range(5)]
    (file,) = render(notice(*bad, reference="../../=x"), SETTINGS).attachments
    assert isinstance(file, Attachment)
    assert file.name == "servers-x.csv"
    assert "\"'=cmd" in file.content.decode("utf-8-sig")


def test_a_call_has_its_script() -> None:
    """Said in the language of whom is called; the code is not read out."""
    one = notice(channel=Channel.PHONE, address="+1 555 0147", language="es")
    text = render(one, SETTINGS).text
    assert "Su servidor de correo mail1.school.example" in " ".join(text.split())
    assert CODE not in text


def test_the_same_notice_gives_the_same_bytes() -> None:
    """An approval binds to them."""
    assert render(notice(), SETTINGS) == render(notice(), SETTINGS)
    assert render(notice(), SETTINGS, now="2026-11-01T00:00:00Z") != render(notice(), SETTINGS)
