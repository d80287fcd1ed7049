"""Names of those who carry others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory import providers as module
from alpheus.directory.providers import (
    PLACES,
    ProviderName,
    is_free_mail,
    is_line,
    is_placeholder,
    is_provider,
    is_shared,
    provider_names,
)
from alpheus.errors import KnowledgeError

ASK = {
    "line": is_line, "carrier": is_line, "provider": is_provider, "placeholder": is_placeholder,
    "shared": is_shared, "free-mail": is_free_mail,
}  # fmt: skip


@pytest.mark.parametrize("entry", provider_names(), ids=lambda entry: entry.pattern[:40])
def test_every_line_has_examples(entry: ProviderName) -> None:
    """The positive example is one, the negative is none."""
    assert set(ASK) == PLACES
    assert ASK[entry.place](entry.positive)
    assert not ASK[entry.place](entry.negative)


@pytest.mark.parametrize(
    "host",
    ["c0000207.ip.carrier.example", "192-000-002-007.carrier.example", "7.2.0.192.carrier.example",
     "host192.0.2.7.carrier.example", "192000002007.carrier.example"],
)  # fmt: skip
def test_a_name_that_spells_its_address(host: str) -> None:
    """Decimal, padded, turned round or hexadecimal: it is the line's name."""
    assert is_line(host, "192.0.2.7")


@pytest.mark.parametrize(
    "host", ["mail.lakeviewclinic.example", "mail2.k12.example", "exch2016.company.example"]
)
def test_an_owners_name_is_none(host: str) -> None:
    """Numbers in the names of servers do not make them a provider's."""
    assert not is_line(host, "192.0.2.7")
    assert not is_line(host, "2001:db8::7")


@pytest.mark.parametrize(
    ("place", "pattern", "reason"), [("x", "a", "b"), ("line", "", "b"), ("line", "(", "b"),
                                     ("line", "a", "")]
)  # fmt: skip
def test_a_bad_line_is_named(
    place: str, pattern: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Place, pattern and reason are checked; the line is in the message."""
    row = {"place": place, "pattern": pattern, "reason": reason, "positive": "", "negative": ""}
    monkeypatch.setattr(module, "read_table", lambda *_: [row])
    provider_names.cache_clear()
    try:
        with pytest.raises(KnowledgeError, match="line 2"):
            provider_names()
    finally:
        provider_names.cache_clear()


@given(st.text(max_size=300), st.sampled_from(["", "192.0.2.7", "1.1.1.1", "2001:db8::1"]))
def test_any_text(text: str, address: str) -> None:
    """Nothing upsets it."""
    for ask in set(ASK.values()) - {is_line}:
        assert isinstance(ask(text), bool)
    assert isinstance(is_line(text, address), bool)
