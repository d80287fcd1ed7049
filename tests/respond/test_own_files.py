"""Which hashes a file of the product may have in its place."""

from __future__ import annotations

from alpheus.detect.webshell.baseline_file import OperatorBaseline
from alpheus.respond.own_files import OwnFiles

WEB = "C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy"
LOGON = f"{WEB}/owa/auth/logon.aspx"


def _of_the_operator(*paths: str) -> OperatorBaseline:
    entries = {path: frozenset({f"{number:064x}"}) for number, path in enumerate(paths, 1)}
    return OperatorBaseline("b", entries, frozenset().union(*entries.values()))


def test_published_lists_know_all_builds() -> None:
    """In the product's folders alone, whatever case or volume."""
    own = OwnFiles()
    assert own.are_there(LOGON.upper())
    hashes = own.hashes(LOGON)
    assert len(hashes) > 1
    assert all(len(one) == 64 for one in hashes)
    assert list(hashes) == sorted(hashes)
    assert own.hashes(f"{WEB}/owa/auth/errorEE.aspx") == ()
    assert not own.are_there("C/inetpub/wwwroot/logon.aspx")


def test_a_baseline_of_the_build_counts_alone() -> None:
    """Where it has the file; from whatever folder it was made."""
    for path in ("owa/auth/logon.aspx", "frontend/httpproxy/owa/auth/logon.aspx"):
        assert OwnFiles(_of_the_operator(path)).hashes(LOGON) == (f"{1:064x}",)
    longer = _of_the_operator("owa/auth/logon.aspx", "httpproxy/owa/auth/logon.aspx")
    assert OwnFiles(longer).hashes(LOGON) == (f"{2:064x}",)


def test_a_name_alone_is_not_enough() -> None:
    """Every folder has a web.config."""
    own = OwnFiles(_of_the_operator("web.config", "owa/web.config"))
    assert f"{1:064x}" not in own.hashes(f"{WEB}/owa/web.config")
    assert f"{2:064x}" not in own.hashes(f"{WEB}/owa/web.config")
