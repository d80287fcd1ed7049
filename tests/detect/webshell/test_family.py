"""Families: alike in structure, or sharing a secret. The pages here do nothing of interest."""

from __future__ import annotations

import hashlib
import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.family import (
    NEAR,
    Families,
    Fingerprint,
    Secret,
    family_name,
    fingerprint,
    group,
    secrets_of,
    traits_of,
)
from alpheus.detect.webshell.page import Language

LANGUAGES = list(Language)
RENAMED = {
    Language.CSHARP: (
        """string ticket = Request["ticketone"];
        foreach (Parcel p in Depot.Load(ticket)) { Response.Write(Weigh(p, 3)); }
        int Weigh(Parcel box, int times) { return box.Size * times; }""",
        """string a1 = Request["other"] ; /* new */ foreach (Parcel zz in Depot.Load(a1)) {
        Response.Write(Q(zz, 77)); } int Q(Parcel _b, int _t) { return _b.Size * _t; } // end""",
    ),
    Language.VB: (
        """Dim ticket As String = Request("ticketone")
        For Each p As Parcel In Depot.Load(ticket)
        Response.Write(Weigh(p, 3))
        Next
        Function Weigh(box As Parcel, times As Integer)
        Return box.Size * times
        End Function""",
        """Dim a1 As String = Request("other") ' new
        For Each zz As Parcel In Depot.Load(a1)

        RESPONSE.Write(Q(zz, 77))
        Next
        Function Q(b As Parcel, t As Integer)
        Return b.Size * t
        End Function""",
    ),
    Language.JSCRIPT: (
        """function weigh(box, times) { return box.size * times; }
        var ticket = Request["ticketone"];
        for (var p in Depot.Load(ticket)) Response.Write(weigh(p, 3));""",
        """function q(b, t) {return b.size * t; } var a1 = Request["other"]; // new
        for (var zz in Depot.Load(a1)) Response.Write(q(zz, 77));""",
    ),
    Language.VBSCRIPT: (
        """dim ticket, p
        ticket = Request("ticketone")
        for each p in Depot.Load(ticket)
        Response.Write weigh(p, 3)
        next
        function weigh(box, times)
        weigh = box.size * times
        end function""",
        """dim a1, zz : a1 = request("other") ' new
        for each zz in Depot.Load(a1)
        Response.Write q(zz, 77)
        next
        rem more
        function q(b, t)
        q = b.size * t
        end function""",
    ),
}


def _long(seed: int, statements: int = 300) -> str:
    chance = random.Random(seed)
    calls = [f"Depot.Call{chance.randrange(10**6)}" for _ in range(statements)]
    return "\n".join(f'{call}("text", 7).Then{at % 7}();' for at, call in enumerate(calls))


@pytest.mark.parametrize("language", LANGUAGES)
def test_renaming_and_other_literals_change_nothing(language: Language) -> None:
    """Neither do comments, white space and, where it does not count, case."""
    one, other = (fingerprint(text, language) for text in RENAMED[language])
    assert one.runs > 15
    assert one == other
    assert family_name(one) == family_name(other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_call_is_another_structure(language: Language) -> None:
    """What the platform offers keeps its name."""
    text = RENAMED[language][0]
    assert fingerprint(text, language) != fingerprint(text.replace("Load", "Open"), language)


def test_texts_put_together_and_lists_of_numbers_have_no_length() -> None:
    """Split literals and payloads of another size are the same structure."""
    one = 'var a = "ab" + "c"; byte[] b = { 1, 2, 3 }; Use(a, b);'
    other = 'var x = "abc"; byte[] yy = { 0x41, 9, 8, 7, 6 }; Use(x, yy);'
    assert fingerprint(one, Language.CSHARP) == fingerprint(other, Language.CSHARP)
    one, other = 'a = "x" & "y"\nUse a', 'b = "xy"\nUse b'
    assert fingerprint(one, Language.VBSCRIPT) == fingerprint(other, Language.VBSCRIPT)


def test_a_name_is_stable() -> None:
    """From one run to another, and short."""
    found = fingerprint(RENAMED[Language.CSHARP][0], Language.CSHARP)
    assert family_name(found) == "f-3afc85"
    assert found.text == "".join(f"{value:016x}" for value in found.sketch)


def test_likeness_is_about_the_share_of_what_is_shared() -> None:
    """Near 1 for a page with a line more, near 0 for another page, about right in between."""
    first, second = _long(1), _long(2)
    whole = fingerprint(first, Language.CSHARP)
    assert whole.likeness(whole) == 1
    assert whole.likeness(fingerprint(first + "\nMore.Of(it);", Language.CSHARP)) > 0.95
    assert whole.likeness(fingerprint(second, Language.CSHARP)) < 0.1
    both = fingerprint(first + "\n" + second, Language.CSHARP)
    assert 0.35 < whole.likeness(both) < 0.65


def test_tiny_pages_are_alike_only_if_they_are_the_same() -> None:
    """A shared run of few words ties nothing."""
    one, other = (fingerprint(text, Language.CSHARP) for text in ("A.B(c.D)", "A.B(c.E)"))
    assert one.likeness(other) == 0
    assert one.likeness(one) == 1


def test_a_page_without_code_has_no_family() -> None:
    """Nor is it like another."""
    nothing, secrets = traits_of([])
    assert secrets == frozenset()
    assert nothing == fingerprint("// only a comment", Language.CSHARP)
    assert family_name(nothing) == ""
    assert nothing.likeness(nothing) == 0
    assert group([(nothing, frozenset())] * 2) == ["", ""]
    assert Families().add(nothing) == ""


DIGEST = hashlib.sha256(b"some text").hexdigest()


@pytest.mark.parametrize(
    ("text", "language", "kind", "ties"),
    [
        ('x = Request["tickettwo"];', Language.CSHARP, "parameter", True),
        ('x = Request.Form.Get("tickettwo");', Language.CSHARP, "parameter", True),
        ('x = request.querystring("tickettwo")', Language.VBSCRIPT, "parameter", True),
        ('x = Request["cmd"];', Language.CSHARP, "parameter", False),
        (f'if (Sum(x) == "{DIGEST}") y();', Language.CSHARP, "hash", True),
        (f'if sum(x) = "{DIGEST[:32].upper()}" then y', Language.VBSCRIPT, "hash", True),
        (f'if (x == "{hashlib.md5(b"admin").hexdigest()}") y();', Language.CSHARP, "hash", False),
        (f'string k = "{DIGEST[-16:]}";', Language.CSHARP, "key", True),
        ('userPass = "tulip field"', Language.VBSCRIPT, "key", False),
        ('userPass = "tulipfield"', Language.VBSCRIPT, "key", True),
        ('const pwd = "admin";', Language.JSCRIPT, "key", False),
        (r'string p = @"C:\Depot\12\parcels";', Language.CSHARP, "path", False),
    ],
)
def test_secrets_are_told_by_their_kind(
    text: str, language: Language, kind: str, *, ties: bool
) -> None:
    """Commonplace ones tie no pages together, nor do paths."""
    kinds = {(secret.kind, secret.ties) for secret in secrets_of(text, language)}
    assert (kind, ties) in kinds
    assert {said for said, _ in kinds} <= {kind, "parameter"}


def test_what_is_no_secret_is_none() -> None:
    """Plain texts and numbers."""
    text = 'Response.Write("Good day"); title = "Depot"; if (Request["a"] == "open") { }'
    assert {secret.kind for secret in secrets_of(text, Language.CSHARP)} == {"parameter"}


def test_names_of_many_parameters_are_those_of_a_menu() -> None:
    """They tie nothing; the one or two of a small page do, wherever its code stands."""
    pieces = [(f'x = Request["depot{at}"];', Language.CSHARP) for at in range(3)]
    assert [s.ties for s in traits_of(pieces)[1]] == [False] * 3
    assert [s.ties for s in traits_of(pieces[:2])[1]] == [True] * 2


def test_secrets_are_never_plain() -> None:
    """Only keyed hashes: another key, other hashes; the same key, the same."""
    text = 'string pwd = "tulipfield"; x = Request["tickettwo"];'
    found = secrets_of(text, Language.CSHARP, b"one")
    assert "tulip" not in repr(found)
    assert "ticket" not in repr(found)
    assert found == secrets_of(text, Language.CSHARP, b"one")
    others = secrets_of(text, Language.CSHARP, b"two")
    assert {s.digest for s in found}.isdisjoint({s.digest for s in others})


def test_the_number_of_secrets_is_bounded() -> None:
    """Those that tie are kept first."""
    paths = "".join(f'x = @"C:\\Depot\\{"a" * at}";' for at in range(1, 150))
    found = secrets_of(f'{paths} pwd = "tulipfield";', Language.CSHARP)
    assert len(found) == 64
    assert [s.kind for s in found if s.ties] == ["key"]


def _secret(text: str, *, ties: bool = True) -> frozenset[Secret]:
    return frozenset({Secret("key", text, ties)})


def _page(first: int, runs: int = 100, secrets: frozenset[Secret] = frozenset()):
    return Fingerprint(tuple(range(first, first + runs)), runs), secrets


def test_pages_of_one_family_share_its_name_in_any_order() -> None:
    """By structure, through others, or by a secret that ties; the most frequent structure names."""
    pages = [
        _page(0), _page(15), _page(30), _page(30),  # a chain, whose ends are not near
        _page(1000, secrets=_secret("aa")), _page(2000, secrets=_secret("aa")),
        _page(3000, secrets=_secret("bb", ties=False)),
        _page(4000, secrets=_secret("bb", ties=False)),
    ]  # fmt: skip
    assert pages[0][0].likeness(pages[2][0]) < NEAR < pages[0][0].likeness(pages[1][0])
    names = group(pages)
    assert names[:4] == [family_name(pages[3][0])] * 4
    assert names[4] == names[5]
    assert len(set(names)) == 4
    for order in itertools.islice(itertools.permutations(range(8)), 0, 40320, 997):
        assert group([pages[at] for at in order]) == [names[at] for at in order]


def test_pages_that_come_one_by_one_take_the_name_of_the_first() -> None:
    """By structure first, then by a secret."""
    families = Families()
    first = families.add(*_page(0, secrets=_secret("aa")))
    assert first == family_name(_page(0)[0])
    assert families.add(*_page(10)) == first
    assert families.add(*_page(20)) == first
    assert families.add(*_page(500, secrets=_secret("aa"))) == first
    assert families.add(*_page(505)) == first
    assert families.add(*_page(900, secrets=_secret("aa", ties=False))) != first
    assert families.add(Fingerprint((), 0), _secret("aa")) == first
    assert families.add(Fingerprint((), 0), _secret("cc00ff12")) == "f-cc00ff"


@given(st.text(max_size=400), st.sampled_from(LANGUAGES))
def test_any_text_has_a_fingerprint(text: str, language: Language) -> None:
    """Nothing raises, and the same text is always of one family."""
    found = fingerprint(text, language)
    assert found == fingerprint(text, language)
    assert len(found.sketch) <= 128
    assert list(found.sketch) == sorted(set(found.sketch))
    secrets = secrets_of(text, language)
    assert len(set(group([(found, secrets)] * 2))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_pages_cost_a_bounded_time(language: Language) -> None:
    """Nested brackets, one long text, a million bytes of anything."""
    noise = random.Random(3).randbytes(1 << 20).decode("latin-1")
    for text in ("(" * 100_000, '"' + "a" * (1 << 20), noise, "a = b(\n" * 130_000):
        start = time.process_time()
        traits_of([(text, language)])
        assert time.process_time() - start < 2
