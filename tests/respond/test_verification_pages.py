"""Whether a package that shows a folder brought pages."""

from __future__ import annotations

import pytest

from alpheus.respond.verification_listing import Listing
from alpheus.respond.verification_pages import is_served, page_brought
from clean_assessments import CLIENT

HIVE = "c:/web server extensions/16/template/layouts"
CACHE = "c:/windows/microsoft.net/framework64/v4/temporary asp.net files/root/a"


@pytest.mark.parametrize(("folder", "held", "brought"), [
    (CLIENT, CLIENT, True), (CLIENT, "d:/x/frontend/httpproxy/owa", True), (CLIENT, "d:/x", False),
    (HIVE, CLIENT, False), (HIVE, f"{HIVE}/mobile", True), (CACHE, CLIENT, True),
    (CLIENT, "d:/shop/bin", True), ("d:/x/clientaccess/ecp", "d:/y/clientaccess/ecp", False),
])  # fmt: skip
def test_a_page_of_the_same_tree_or_of_a_web_site(folder: str, held: str, brought: bool) -> None:
    """Where the product has pages of its own, only one of that tree; what else is served counts."""
    found = page_brought(folder, [Listing("E1", {held: {"a.aspx"}})], {"d:/shop"})
    assert found == (f"{held}/a.aspx" if brought else "")
    assert page_brought(folder, [Listing("E1", {held: {"a.rem"}})], {"d:/shop"}) == ""


def test_layouts_of_sharepoint_are_served() -> None:
    """And no other folder of that name."""
    assert is_served(HIVE)
    assert not is_served("c:/template/layouts")
