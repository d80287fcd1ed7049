"""Evidence as it may be told to others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.harmless import harmless

CARRIERS = (
    "POST to https://mail.example/aspnet_client/x.aspx?exec_code={} answered",
    "GET /owa/auth/x.aspx?{} was answered with 200",
    "https://user:{}@mail.example/ecp/ was asked",
    "a shell whose password: {} was seen",
    "the password is {}.",
    "parameter={} of the page",
    'eval(Request["{}"],"unsafe") stood in the page',
    "validationKey={} in web.config",
    "cookie: {} was sent",
    "/x.asmx;a={}&b=1",
)
secrets = st.from_regex(r"[A-Za-z][A-Za-z0-9]{5,20}[0-9]", fullmatch=True)


@pytest.mark.parametrize("carrier", CARRIERS)
@given(secret=secrets)
def test_secrets_are_withheld(carrier: str, secret: str) -> None:
    """Parameters, passwords and keys never reach a reader."""
    shown = harmless(carrier.format(secret), "[withheld]")
    assert secret not in shown


def test_addresses_are_dead() -> None:
    """Nothing can be clicked on, and no page's name opens by mistake."""
    shown = harmless("http://a.example/b.aspx and HTTPS://C.example/d.ashx, ftp://e.example/", "-")
    assert (
        shown == "hxxp://a[.]example/b[.]aspx and hxxps://C[.]example/d[.]ashx, fxp://e[.]example/"
    )


def test_ordinary_sentences_stay() -> None:
    """Times, builds, names and digests are what a reader needs."""
    told = (
        "2021-03-08T14:02:00Z: build 15.1.2176.2 on mail.school.example (192.0.2.4), 3 of 5"
        " sources; SHA-256 b75f163ca9b9240bf4b37ad92bc7556b40a17e27c2b8ed5c8991385fe07d17d0"
    )
    assert harmless(told, "-") == told


@given(st.text())
def test_any_sentence_is_one_visible_line(text: str) -> None:
    """Hostile evidence neither fails nor breaks a line."""
    shown = harmless(text, "[withheld]")
    assert len(shown.splitlines()) <= 1
    assert "://" not in shown or "http://" not in shown.lower()
