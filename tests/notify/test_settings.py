"""Settings are read whole, or every problem is said with its place and remedy."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.model import Rung
from alpheus.notify.settings import EXAMPLE, Settings, SettingsError, Signing, read_settings

SENDER = """\
sender:
  name: Kim Doe
  organisation: CERT of Exampleland
  email: notices@cert.example
  telephone: +1 555 0100
  verify_url: https://cert.example/verify
"""


def _read(folder: Path, more: str, sender: str = SENDER) -> Settings:
    file = folder / "notify.yaml"
    file.write_text(sender + more, "utf-8")
    return read_settings(file)


def _said(folder: Path, more: str, sender: str = SENDER) -> str:
    with pytest.raises(SettingsError) as caught:
        _read(folder, more, sender)
    return str(caught.value)


def test_the_example_is_read() -> None:
    """As it ships; what it shows is what holds without it."""
    found = read_settings(EXAMPLE)
    assert found.sender.bounce == "bounces@cert.example"
    assert found.wait_days == {Rung(rung): days for rung, days in found.wait_days.items()}
    assert (found.smtp.port, found.bulk_above) == (587, 10)


def test_what_is_left_out_has_a_value(tmp_path: Path) -> None:
    """Answers and reports come to the sender; nothing is signed; AMBER."""
    found = _read(tmp_path, "")
    assert (found.sender.reply_to, found.sender.bounce) == ("notices@cert.example",) * 2
    assert (found.tlp, found.signing, found.wait_days[Rung.LETTER]) == ("TLP:AMBER", Signing(), 14)


def test_everything_can_be_said(tmp_path: Path) -> None:
    """Files are relative to the file of settings."""
    for name in ("a.pem", "a.key"):
        (tmp_path / name).write_text("x")
    found = _read(tmp_path, (
        "tlp: amber+strict\nlanguages: {CH: de, School.Example: es}\n"
        "smtp: {host: 127.0.0.1, port: 2525, security: none}\n"
        "rates: {per_minute: 5, per_domain_per_hour: 0.5}\napproval: {bulk_above: 0}\n"
        "wait_days: {contact: 1}\nsigning: {smime: {certificate: a.pem, key: a.key}}\n"
        "never: ['@Military.example', press@school.example]\n"
        "letters: {folder: out, sender_lines: [CERT]}\n"
        "national_team: {name: NCERT, email: a@ncert.example}\n"
    ))  # fmt: skip
    assert found.tlp == "TLP:AMBER+STRICT"
    assert found.signing == Signing("smime", tmp_path / "a.pem", tmp_path / "a.key")
    assert found.never == {"military.example", "press@school.example"}
    assert found.letters.folder == tmp_path / "out"
    assert (found.wait_days[Rung.CONTACT], found.wait_days[Rung.PROVIDER]) == (1, 5)
    assert found.national_team.email == "a@ncert.example"


def test_the_language_is_chosen_by_organisation_country_and_table(tmp_path: Path) -> None:
    """In this order; English where nothing is said."""
    found = _read(tmp_path, "languages: {CH: fr, school.example: es}\n")
    assert found.language("school.example", "CH") == "es"
    assert found.language("other.example", "CH") == "fr"
    assert found.language("other.example", "AT") == "de"
    assert found.language("", "") == "en"


def test_a_bundle_holds_its_certificate(tmp_path: Path) -> None:
    """One file of PKCS#12 is enough."""
    (tmp_path / "notices.p12").write_bytes(b"")
    found = _read(tmp_path, "signing: {smime: {key: notices.p12}}\n").signing
    assert found == Signing("smime", None, tmp_path / "notices.p12")


def test_languages_of_ones_own(tmp_path: Path) -> None:
    """A folder of one, or of several; relative to the file."""
    for name in ("fr", "more/pt"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "phrases.csv").write_text("")
    found = _read(tmp_path, "templates: [fr, more]\n")
    assert found.templates == (tmp_path / "fr", tmp_path / "more")
    assert _read(tmp_path, "templates: fr\n").templates == (tmp_path / "fr",)


def test_never_holds_for_all_below(tmp_path: Path) -> None:
    """A domain and what is below it, in any case; a mailbox alone."""
    found = _read(tmp_path, "never: [military.example, press@school.example]\n")
    assert found.is_never("a@Base.MILITARY.example")
    assert found.is_never("Press@school.example")
    assert not found.is_never("office@school.example")
    assert not found.is_never("a@nomilitary.example")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("smtp: {host: mail.example, security: none}\n", "line 7: 'smtp.security': none is for"),
        ("smtp: {port: 25}\n", "'smtp.host' is missing"),
        ("smtp: {host: a, security: ssl}\n", "none of starttls, tls, none"),
        ("tlp: PURPLE\n", "'tlp': 'PURPLE' is none of TLP:CLEAR"),
        ("tpl: RED\n", "did you mean 'tlp'?"),
        ("languages: {DE: 7}\n", "'7' is no language"),
        ("languages: de\n", "'languages' holds keys"),
        ("rates: {per_minute: 0}\n", "no number above 0"),
        ("approval: {bulk_above: many}\n", "no whole number"),
        ("wait_days: {contact: 0}\n", "from 1 to 365"),
        ("signing: {openpgp: {key: gone.key}}\n", "gone.key is not there"),
        ("signing: {}\n", "either smime or openpgp"),
        ("signing: {smime: {key: notify.yaml}}\n", "'signing.smime.certificate' is missing"),
        ("signing: {smime: {certificate: notify.yaml}}\n", "'signing.smime.key' is missing"),
        ("templates: words\n", "words is no folder of a language: there is no phrases.csv"),
        ("never: ['a b']\n", "neither a mailbox nor a domain"),
        ("national_team: {email: 'a@b\\r\\nBcc: c@d'}\n", "no e-mail address"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, more: str, said: str) -> None:
    """With file, line and remedy."""
    found = _said(tmp_path, more)
    assert said in found
    assert found.startswith(f"{tmp_path}/notify.yaml line ")


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    """Somebody mends the file once and not ten times."""
    found = _said(tmp_path, "tlp: X\nnever: ['?']\n", "sender: {name: Kim, email: '@'}\n")
    assert len(found.splitlines()) == 6
    assert "'sender.organisation' is missing: who writes" in found


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "is empty"), ("- a\n", "settings are keys"), ("tlp: RED\n", "'sender' is missing"),
     ("sender: [\n", "line 2"), ("a: 1\n---\nb: 2\n", "more than one document")],
)  # fmt: skip
def test_what_is_no_file_of_settings(tmp_path: Path, content: str, said: str) -> None:
    """Is said in a line as well."""
    assert said in _said(tmp_path, "", content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Is named."""
    with pytest.raises(SettingsError, match=r"notify\.yaml: No such file"):
        read_settings(tmp_path / "notify.yaml")


def test_the_frame_changes_with_what_every_notice_says(tmp_path: Path) -> None:
    """And with nothing else: a rate is nothing that a recipient reads."""
    first = _read(tmp_path, "").frame()
    assert _read(tmp_path, "rates: {per_minute: 1}\n").frame() == first
    assert _read(tmp_path, "tlp: RED\n").frame() != first
    assert _read(tmp_path, "", SENDER.replace("Kim", "Lou")).frame() != first


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """With an error of ours, whatever it holds."""
    folder = tmp_path_factory.mktemp("any")
    with contextlib.suppress(SettingsError):
        _read(folder, text.encode("utf-8", "replace").decode(), "")
