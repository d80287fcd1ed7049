"""Why something is as it is, is told in the reader's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import alpheus
from alpheus.cases.deadlines import _duty
from alpheus.cases.identity.evidence import SAID
from alpheus.cases.laws import Law, laws
from alpheus.directory.contacts import ON_THE_SERVER
from alpheus.knowledge.tables import read_table
from alpheus.notify.planning import OVER
from alpheus.notify.recipients import NO_STREET
from alpheus.web.reasons import explained, said
from alpheus.web.refusals import IDENTITY, PLACE, REASONS, rows
from alpheus.web.settings import LANGUAGES

SOURCE = Path(alpheus.__file__).parent
GIVE_REASONS = ("cases/lifecycle.py", "notify/ladder.py")
OTHERS = [one for one in LANGUAGES if one != "en"]
CALLS = {"_seen": 3, "_reopen": 1, "Left": 2}
"""Which argument of a call is a reason."""


def _text(node: ast.expr) -> str:
    """A reason as it may come out, with a value in each place."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            parts.append({"_of(one.build)": ": 7", "_of(one.build, ', now ')": ", now 8",
                          "word": "assessed as", "self.doubted": "", "why": "a mitigation was seen",
                          }.get(ast.unparse(part.value), "7"))  # fmt: skip
    return "".join(parts)


def _given(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "why":
            value = node.value
            yield from map(_text, (value.body, value.orelse) if isinstance(value, ast.IfExp)
                           else (value,))  # fmt: skip
        elif isinstance(node, ast.Call):
            place = CALLS.get(ast.unparse(node.func).rpartition(".")[2])
            if place is not None and len(node.args) > place:
                yield _text(node.args[place])
        elif isinstance(node, ast.Return) and path.stem == "ladder" and node.value is not None:
            value = node.value
            yield from map(_text, (value.body, value.orelse) if isinstance(value, ast.IfExp)
                           else (value,))  # fmt: skip


def _reasons() -> list[str]:
    found = {one for name in GIVE_REASONS for one in _given(SOURCE / name)}
    titles = {row["title"] for row in read_table("case_deadlines.csv", ("law", "title"))}
    found |= {OVER, NO_STREET, ON_THE_SERVER} | titles
    return sorted(one for one in found if " " in one.strip())


@pytest.mark.parametrize("reason", _reasons())
def test_every_reason_has_its_words(reason: str) -> None:
    """A new reason of our programs needs a row in `web/texts/reasons.csv`."""
    for language in OTHERS:
        assert said(reason, language) != reason, reason
        assert "{" not in said(reason, language)
    assert said(reason, "en") == reason


@pytest.mark.parametrize("law", laws(), ids=lambda law: law.law)
def test_whom_a_law_binds_has_its_words(law: Law) -> None:
    """Also where that hangs on the sector, or on whether the law was in force: see `deadlines`."""
    doubtful = ("", *sorted(law.sectors)[:1], *sorted(law.perhaps)[:1])
    days = [day for day in ("2000-01-01", "2100-01-01") if not (law.since <= day and not law.until)]
    whys = {_duty(law, sector, law.since)[1] for sector in doubtful}
    whys |= {_duty(law, "", day)[1] for day in days}
    assert len(whys) >= len(doubtful)
    for language in OTHERS:
        for why in whys:
            told = said(why, language)
            assert told != why, why
            assert "{" not in told
            assert law.condition not in told


def test_a_sector_and_a_day_are_said_as_the_language_says_them() -> None:
    """Not by their keys."""
    assert said("in force since 2024-10-18 only", "de") == "erst seit 18.10.2024 in Kraft"
    condition = "it holds for federal civilian agencies; not for defence or intelligence"
    found = said(f"it depends on the country for 'local-government'; {condition}", "de")
    assert "„Kommunalverwaltung“ hängt es vom Land ab; es gilt für zivile" in found


def test_reasons_are_found_at_all() -> None:
    """Those of states and those of the ladder."""
    found = _reasons()
    assert len(found) > 20
    assert "seen with the fix: 7" in found
    assert "nobody was told yet" in found


def _losses() -> Iterator[str]:
    """Why a row of a list is rejected, as far as the program says it in one piece."""
    for path in sorted((SOURCE / "exposure/imports").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            call = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and call == "Loss":
                yield _text(node.args[1])
            elif isinstance(node, ast.FunctionDef) and node.name == "_why":
                yield from (_text(one.value) for one in ast.walk(node)
                            if isinstance(one, ast.Return) and one.value is not None)  # fmt: skip
    for node in ast.walk(ast.parse((SOURCE / "cases/observations.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "RowError":
            yield _text(node.args[0])


@pytest.mark.parametrize("loss", sorted({one for one in _losses() if re.search(r"[a-z]", one)}))
def test_every_reason_of_a_rejected_row_has_its_words(loss: str) -> None:
    """A new one needs a row in `web/texts/reasons.csv`."""
    if loss == "7: the rest is not read":
        loss = "unpacks to more than 200 times its size: the rest is not read"
    for language in OTHERS:
        assert said(loss, language) != loss, loss


def test_reasons_of_rejected_rows_are_found_at_all() -> None:
    """Of lists, of tables and of our own lines; also what the reader of JSON says."""
    found = {*_losses()}
    assert {"neither an address nor a name", "not 7 cells, as the header has"} <= found
    assert said("not 5 cells, as the header has", "de") == "nicht 5 Zellen wie die Kopfzeile"
    for loss in (
        "damaged or cut off after 1,024 unpacked bytes: no end",
        "broken XML within the host: not well-formed (invalid token)",
        "Object missing required field `time` - at `$.servers[0]`",
        "JSON is malformed: invalid character (byte 3)",
    ):
        assert said(loss, "es") != loss


@pytest.mark.parametrize(
    "hint",
    [
        "mail is served by this name",
        "the first domain of the certificate; nobody checked it",
        "the certificate's subject names it together with the domain, and its issuer checked that",
        "announces 192.0.2.0/24 as AS64500; it carries others: ask it to forward",
        "the registry has 192.0.2.0/24 as its own; that alone names no owner",
        "a list has it as the owner",
        "certificate mail.a.example: the certificate is for this domain",
        "the list gives the industry code 517 (NAICS): that is the provider's, not its customer's",
    ],
)
def test_why_an_owner_is_the_owner_is_said(hint: str) -> None:
    """The evidence of an owner, also several reasons, and of those who may be it."""
    for language in OTHERS:
        told = said(hint, language)
        assert told != hint
        assert " the " not in told


def _hints() -> Iterator[str]:
    for name in ("hints", "ownership"):
        for node in ast.walk(ast.parse((SOURCE / f"directory/{name}.py").read_text("utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
                yield _text(node.value)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("_ignore", "_hosts", "_carrier_or_owner")
            ):
                yield from map(_text, node.args[2:])


@pytest.mark.parametrize("hint", sorted({one for one in _hints() if " " in one.strip()}))
def test_every_hint_of_an_owner_has_its_words(hint: str) -> None:
    """A new one needs a row in `web/texts/reasons.csv`."""
    for language in OTHERS:
        if not hint.startswith("7"):  # what follows a reason is tried above
            assert said(hint, language) != hint


def test_sources_of_published_figures_are_said() -> None:
    """But for those that are a name and no sentence."""
    sources = {row["source"] for row in read_table("campaign_2021.csv", ("day", "source"))}
    for source in sources:
        for language in OTHERS:
            assert (said(source, language) != source) is (" " in source), source


def test_values_stay_and_states_are_said() -> None:
    """Also inside of another reason, and of several that are joined."""
    line = "2021-03-02 10:00 UTC: seen without the fix: 15.1.2106.2 (census)"
    assert said(line, "de") == (
        "2021-03-02 10:00 UTC: ohne die Korrektur gesehen: 15.1.2106.2 (census)"
    )
    assert said("it had been fixed, and is seen without the fix", "de") == (
        "der Stand war „Behoben“, und er wird ohne die Korrektur gesehen"
    )
    assert said("nobody was told yet; there is something new", "es") == (
        "aún no se ha avisado a nadie; hay algo nuevo"
    )


@pytest.mark.parametrize("row", rows(REASONS), ids=lambda row: row.message)
def test_every_row_has_its_places_in_every_language(row: object) -> None:
    """None is lost, none is new."""
    places = sorted(PLACE.findall(row.message))  # type: ignore[attr-defined]
    for language in LANGUAGES:
        assert sorted(PLACE.findall(row.said[language])) == places  # type: ignore[attr-defined]


def _identity() -> list[str]:
    """Why observations are one server, as far as the program says it in one piece."""
    found = {text.format(value="7") for text in SAID.values()}
    for path in sorted((SOURCE / "cases/identity").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Demotion":
                told = node.args[2]
                found.update(map(_text, (told.body, told.orelse) if isinstance(told, ast.IfExp)
                                 else (told,)))  # fmt: skip
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"reason", "why"}:
                found.add(_text(node.value))
            elif isinstance(node, ast.FunctionDef) and node.name in {"contradiction", "_crowd"}:
                found.update(_returned(node))
    return sorted(one for one in found if " " in one)


def _returned(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            value = node.value
            if isinstance(value, ast.Call):
                value = value.func.value if isinstance(value.func, ast.Attribute) else value
            yield from map(_text, (value.body, value.orelse) if isinstance(value, ast.IfExp)
                           else (value,))  # fmt: skip


@pytest.mark.parametrize("reason", _identity())
def test_why_observations_are_one_is_said_in_every_language(reason: str) -> None:
    """A new reason of identity needs a row in `web/texts/identity.csv`."""
    for line in (f"7 and 8: same server because {reason}", f"host a decides nothing: {reason}",
                 f"1, 2, 3 and 4 more: same server because {reason}"):  # fmt: skip
        for language in OTHERS:
            said_so = explained(line, language)
            assert reason not in said_so, reason
            assert "{" not in said_so.replace("{}", "")
        assert explained(line, "en") == line


def test_lines_of_identity_in_words() -> None:
    """Decisions with what a person wrote, which stays."""
    line = "1, 2 are one server by decision 3 of kim on 2021-03-04: moved, they say"
    assert explained(line, "de") == (
        "1, 2 sind ein Server durch die Entscheidung 3 von kim am 2021-03-04: moved, they say"
    )
    line = "not merged with server 4 because their computers have other names: A, B and C"
    assert explained(line, "es") == (
        "no unido con el servidor 4 porque sus equipos tienen otros nombres: A, B y C"
    )
    assert explained("nobody foresaw this", "de") == "nobody foresaw this"


@pytest.mark.parametrize("row", rows(IDENTITY), ids=lambda row: row.message)
def test_every_row_of_identity_has_its_places(row: object) -> None:
    """In every language."""
    places = sorted(PLACE.findall(row.message))  # type: ignore[attr-defined]
    for language in LANGUAGES:
        assert sorted(PLACE.findall(row.said[language])) == places  # type: ignore[attr-defined]


@given(st.text(), st.sampled_from(LANGUAGES))
def test_what_a_person_wrote_is_shown_as_it_is(reason: str, language: str) -> None:
    """Unless it happens to be a reason of ours."""
    if not any(row.expression.fullmatch(reason) for row in rows(REASONS)):
        assert said(reason, language) == reason or ";" in reason


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        ("every build of 15.0 (CU4): there is no fix for this cumulative update; install CU23",
         "jede Version von 15.0 (CU4): für dieses "),
        ("15.1.2176.2 is Exchange Server 2016 CU19, without the fix: fixed from 15.1.2176.9",
         "15.1.2176.2 ist Exchange Server 2016 CU19, ohne die Korrektur: korrigiert ab 15.1.21"),
        ("15.3 is newer than the newest one in the table (15.2), which already holds the fix",
         "15.3 ist neuer als das neueste one der Tabelle (15.2), das die "),
    ],
)  # fmt: skip
def test_why_a_build_has_a_flaw_is_said(reason: str, german: str) -> None:
    """With the way out, as the table of builds tells it."""
    assert said(reason, "de").startswith(german)
    assert " fix" not in said(reason, "de")
    assert " fix" not in said(reason, "es")
