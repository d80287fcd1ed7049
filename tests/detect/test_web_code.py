"""Which files a web site loads beside its pages."""

from __future__ import annotations

import pytest

from alpheus.detect.web_code import is_web_code

EXCHANGE = "C/Program Files/Microsoft/Exchange Server/V15"


@pytest.mark.parametrize(("path", "loaded"), [
    ("C/inetpub/wwwroot/shop/bin/Shop.DLL", True), ("D%3A/Sites/Shop/Bin/de/Shop.dll", True),
    ("C/inetpub/wwwroot/App_Code/x.cs", True), ("C/inetpub/wwwroot/default.aspx.vb", True),
    ("D/Sites/App_Code/sub/x.vb", True), (f"{EXCHANGE}/ClientAccess/Owa/bin/a.dll", True),
    (f"{EXCHANGE}/Bin/Microsoft.Exchange.Diagnostics.dll", False),
    ("C/inetpub/wwwroot/a.dll", False), ("C/inetpub/wwwroot/bin/a.aspx", False),
    ("C/Windows/Microsoft.NET/x/bin/a.dll", False), ("C/Program Files/tool/bin/a.dll", False),
    ("C/inetpub/wwwroot/bin/readme.txt", False), ("C/Users/kim/x.cs", False),
])  # fmt: skip
def test_what_a_site_may_load_is_known_by_place_and_name(path: str, loaded: bool) -> None:
    """Assemblies in a `bin`, or in a folder of a language there; sources anywhere in a site."""
    assert is_web_code(path) is loaded
