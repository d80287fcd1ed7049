"""Published indicators: reading them, and finding things among them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from alpheus.errors import KnowledgeError
from alpheus.knowledge import indicators as module
from alpheus.knowledge.indicators import COLUMNS, Indicators, read_indicators
from alpheus.knowledge.packs import load_packs
from alpheus.model import Stage, Weight

PACKS = load_packs()
FOUND = Indicators(PACKS)
HEADING = ",".join(COLUMNS)
ROW = "ip,192.0.2.1,m,attempted,context,low,s,"


def _write(tmp_path, *rows):
    path = tmp_path / "indicators.csv"
    path.write_text("\n".join((HEADING, *rows)) + "\n")
    return path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW.replace("ip,", "pattern,"), "row 2: type: 'pattern' is none of"),
        (ROW.replace("192.0.2.1", "192.0.2"), "row 2: '192.0.2' does not appear"),
        (ROW.replace("attempted", "tried"), "row 2: 'tried' is not a valid Stage"),
        (ROW.replace("context", "heavy"), "row 2: 'heavy' is not a valid Weight"),
        (ROW.replace(",m,", ",,"), "row 2: value, meaning and source must not be empty"),
        (ROW.replace("ip,192.0.2.1", "md5," + "A" * 32), "row 2: value: md5 must be 32 lower-case"),
        (ROW.replace("ip,192.0.2.1", "page,/owa/X.aspx"), "row 2: value: a page is spelt 'owa/x"),
        ("ip,192.0.2.1", "line 2: not as many columns"),
    ],
)
def test_a_wrong_row_is_named(row, message, tmp_path):
    """A row that could never match, or would mislead, is refused with file and place."""
    path = _write(tmp_path, row)
    with pytest.raises(KnowledgeError, match=message) as caught:
        read_indicators("p", path)
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_is_an_error(tmp_path):
    """What cannot be read is said, not skipped."""
    with pytest.raises(KnowledgeError, match=r"nothing\.csv"):
        read_indicators("p", tmp_path / "nothing.csv")


@pytest.mark.parametrize(
    "path",
    [
        "/owa/auth/OutlookEN.aspx",
        "/OWA/auth/outlooken.aspx",
        "frontend/httpproxy/owa/auth/outlooken.aspx",
        r"D:\Exchange\FrontEnd\HttpProxy\owa\auth\OutlookEN.aspx",
        "/aspnet_client/supp0rt.aspx",
        r"C:\inetpub\wwwroot\aspnet_client\supp0rt.aspx",
        "/sites/hr/_layouts/15/spinstall0.aspx",
    ],
)
def test_a_specific_page_is_proof_however_it_is_written(path):
    """URL, page path and Windows path name the same page."""
    found = FOUND.page(path)
    assert found is not None
    assert (found.weight, found.stage) == (Weight.PROOF, Stage.IMPLANTED)


@pytest.mark.parametrize("name", ["help", "log", "web", "error", "default", "t"])
def test_a_common_name_is_only_an_indication(name):
    """A page that may be called so for other reasons proves nothing by its name."""
    found = FOUND.page(f"/owa/auth/{name}.aspx")
    assert found is not None
    assert found.weight is Weight.INDICATION


@pytest.mark.parametrize(
    "path",
    ["/owa/auth/logon.aspx", "/owa/auth/OutlookCN.aspx", "/outlooken.aspx", "", "/",
     r"C:\ex\ClientAccess\owa\auth\error.aspx", "/ecp/auth/timeoutlogout.aspx"],
)  # fmt: skip
def test_other_pages_are_not_found(path):
    """Stock pages, and published names in another folder."""
    assert FOUND.page(path) is None


def test_addresses_and_clients_never_weigh_more_than_context():
    """Addresses are given to others, and a User-Agent is free text."""
    for pack in PACKS:
        for row in pack.indicators:
            if row.type in {"ip", "user-agent"}:
                assert row.weight is Weight.CONTEXT, row


def test_no_indicator_carries_a_path_of_a_copy():
    """The source column names who published it."""
    for pack in PACKS:
        for row in pack.indicators:
            assert "@" not in row.source, row
            assert len(row.source) < 60, row


@pytest.mark.parametrize(
    "text",
    ["5.2.69.14", " 5.2.69.14 ", "5.2.69.14:443", "::ffff:5.2.69.14", "[::ffff:5.2.69.14]"],
)
def test_an_address_is_found_however_it_is_logged(text):
    """With a port, in brackets, mapped into IPv6."""
    found = FOUND.address(text)
    assert found is not None
    assert found.value == "5.2.69.14"


@pytest.mark.parametrize("text", ["5.2.69.13", "5.2.69.140", "", "-", "::1", "fe80::1%eth0", "a:b"])
def test_other_addresses_are_not_found(text):
    """A published typing error is no indicator, and odd text does no harm."""
    assert FOUND.address(text) is None


def test_a_user_agent_is_found_in_both_forms():
    """IIS writes `+` for a blank; some exports lose commas."""
    sent = (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/51.0.2704.103 Safari/537.36"
    )
    assert FOUND.user_agent(sent) is not None
    assert FOUND.user_agent(sent.replace(" ", "+")) is FOUND.user_agent(sent)
    assert FOUND.user_agent(sent.replace(",", "")) is FOUND.user_agent(sent)
    assert FOUND.user_agent("Mozilla/5.0") is None


@pytest.mark.parametrize(
    "name",
    ["Backdoor:ASP/SecChecker.A", "backdoor:asp/secchecker.a", "Backdoor:ASP/SecChecker.A!dha",
     "Trojan:JS/Chopper", "Behavior:Win32/IISExchgSpawnCMD.A"],
)  # fmt: skip
def test_a_detection_is_found_with_any_suffix(name):
    """The suffix after `!` names how it was found, not what."""
    assert FOUND.defender(name) is not None


def test_other_detections_are_not_found():
    """A family name alone does not match."""
    assert FOUND.defender("Trojan:Win32/Wacatac.B!ml") is None
    assert FOUND.defender("") is None


def test_a_domain_covers_what_is_below_it():
    """A host below a listed name is found, a name that only ends alike is not."""
    assert FOUND.domain("cdn.Yolkish.com.") is FOUND.domain("yolkish.com")
    assert FOUND.domain("notyolkish.com") is None
    assert FOUND.domain("com") is None


def test_hashes_and_tasks_are_found():
    """Hashes of all three kinds in either case; tasks with or without the first backslash."""
    assert FOUND.by_hash("B75F163CA9B9240BF4B37AD92BC7556B40A17E27C2B8ED5C8991385FE07D17D0")
    assert FOUND.by_hash("30dd3076ec9abb13c15053234c436406b88fb2b9")
    assert FOUND.by_hash("4b3039cf227c611c45d2242d1228a121")
    assert FOUND.by_hash("0" * 64) is None
    assert FOUND.task(r"\Winnet") is FOUND.task("winnet")
    assert FOUND.task(r"\NT TASK\Winnet") is not None
    assert FOUND.task(r"\Microsoft\Windows\Defrag") is None


def test_the_heaviest_indicator_answers():
    """Where two packs list the same thing, the weightier one counts."""
    row = next(row for pack in PACKS for row in pack.indicators if row.type == "sha256")
    heavy = replace(PACKS[0], indicators=(row,))
    lighter = replace(
        PACKS[0], indicators=(structs.replace(row, weight=Weight.CONTEXT, pack="other"),)
    )
    for packs in ((lighter, heavy), (heavy, lighter)):
        found = Indicators(packs).by_hash(row.value)
        assert found is not None
        assert found.weight is Weight.PROOF


def test_every_shipped_row_finds_itself():
    """Normalising loses no row: what is listed is found as it is listed."""
    ask = {
        "sha256": FOUND.by_hash, "sha1": FOUND.by_hash, "md5": FOUND.by_hash, "ip": FOUND.address,
        "page": FOUND.page, "domain": FOUND.domain, "user-agent": FOUND.user_agent,
        "defender": FOUND.defender, "task": FOUND.task,
    }  # fmt: skip
    for pack in PACKS:
        for row in pack.indicators:
            assert ask[row.type](row.value) is not None, row


@given(st.text(max_size=60))
@settings(max_examples=80)
def test_odd_text_is_harmless(text):
    """Evidence may hold anything where an address, a page or a name belongs."""
    for ask in (FOUND.address, FOUND.page, FOUND.domain, FOUND.user_agent, FOUND.defender,
                FOUND.task, FOUND.by_hash):  # fmt: skip
        ask(text)
    assert module.normal_address(module.normal_address(text)) == module.normal_address(text)
