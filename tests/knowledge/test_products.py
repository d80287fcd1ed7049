"""Which products a server runs is told by a table, to which packs may add."""

from __future__ import annotations

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge import products
from alpheus.knowledge.model import ProductSign
from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.products import EXCHANGE, products_seen, shipped_signs, signs_of

SHAREPOINT = "Microsoft SharePoint Server"


@pytest.mark.parametrize(
    ("sources", "pages", "seen"),
    [
        (["httpproxy"], [], (EXCHANGE,)),
        (["iis-site-1"], ["/_layouts/15/start.aspx"], (SHAREPOINT,)),
        (["sharepoint-uls", "ews"], [], (EXCHANGE, SHAREPOINT)),
        (["iis-site-1"], ["/owa/auth/logon.aspx", "/x_layouts/15.aspx"], ()),
    ],
)
def test_a_product_is_told_by_sources_and_pages(
    sources: list[str], pages: list[str], seen: tuple[str, ...]
) -> None:
    """A label of coverage, or a page of the product that answered."""
    assert products_seen(shipped_signs(), sources, pages) == seen


def test_a_sign_may_stand_for_many_sources() -> None:
    """`*` is any end."""
    sign = ProductSign("Any", "source", "any-*")
    assert products_seen([sign], ["any-log"], []) == ("Any",)
    assert products_seen([sign], ["other"], []) == ()


def test_a_product_is_told_by_a_rule_that_matches() -> None:
    """What no server page shows: a path, a header, a program of an appliance."""
    sign = ProductSign("Gateway", "rule", "own-logon-page")
    assert products_seen([sign], ["iis-site-1"], ["/own-logon-page"], {"own-logon-page"}) == (
        "Gateway",
    )
    assert products_seen([sign], ["own-logon-page"], ["own-logon-page"], {"own-other"}) == ()


def test_a_pack_adds_signs(tmp_path) -> None:
    """A product that nobody thought of is a line in a pack."""
    folder = tmp_path / "own"
    folder.mkdir()
    text = 'id: own\nversion: "1"\ntitle: Own\nproducts: [Wiki]\n'
    signs = "product_signs: [{product: Wiki, kind: page, value: ^/wiki/}]\n"
    (folder / "pack.yaml").write_text(text + signs)
    assert signs_of(load_packs([], [folder]))[-1] == ProductSign("Wiki", "page", "^/wiki/")


def test_a_wrong_kind_is_named(monkeypatch) -> None:
    """With its line."""
    shipped_signs.cache_clear()
    monkeypatch.setattr(
        products, "read_table", lambda *_: [{"product": "a", "kind": "b", "value": "c"}]
    )
    with pytest.raises(KnowledgeError, match="line 2: kind is one of source, page"):
        shipped_signs()
    monkeypatch.undo()
    shipped_signs.cache_clear()
