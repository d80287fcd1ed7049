"""Pages and groups inside of records that have no field for them."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.respond.derived import (
    DERIVED,
    EXCHANGE,
    ends_of_page,
    is_of_local_group,
    page_of,
    place_of_page,
)

IIS = "2021-03-01 05:47:54 10.0.0.5 POST {} - {} - 10.9.9.9 agent - 200 0 0 69"


@pytest.mark.parametrize(("url", "port", "place"), [
    ("/aspnet_client/x.aspx", 443, r"C:\inetpub\wwwroot\aspnet_client\x.aspx"),
    ("/x.ASHX", 443, r"C:\inetpub\wwwroot\x.ASHX"),
    ("/owa/auth/x.aspx", 443, EXCHANGE + r"\FrontEnd\HttpProxy\owa\auth\x.aspx"),
    ("/ecp/auth/x.aspx", 444, EXCHANGE + r"\ClientAccess\ecp\auth\x.aspx"),
    ("/ews/x.asmx", 444, EXCHANGE + r"\ClientAccess\exchweb\ews\x.asmx"),
    ("/a/../x.aspx", 443, ""), ("/a:b/x.aspx", 443, ""),
])  # fmt: skip
def test_a_page_has_its_place(url: str, port: int, place: str) -> None:
    """On the site that was asked; a path that is none of a folder has no place."""
    assert page_of(IIS.format(url, port)) == url
    assert place_of_page(IIS.format(url, port)) == place


@pytest.mark.parametrize(("text", "page"), [
    ("2021-03-01T05:47:54Z,a,443,/owa/auth/x.aspx,,FBA", "/owa/auth/x.aspx"),
    ("POST /ecp/x.svc/SetObject 443", "/ecp/x.svc"), ("GET /owa/auth/x.js 443", ""), ("", ""),
])  # fmt: skip
def test_a_page_is_found_in_any_log(text: str, page: str) -> None:
    """Without what follows it; a script for browsers is none."""
    assert page_of(text) == page


def _net(command: str) -> list[list[str]]:
    text = json.dumps({"CommandLine": command})
    names = ("@net-local-group", "@net-local-member", "@net-group", "@net-member")
    return [list(DERIVED[name](text)) for name in names]


def test_groups_of_net_are_local_or_of_the_domain() -> None:
    """As the command says; one that adds nobody gives none."""
    assert _net("net localgroup administrators eve /add") == [["administrators"], ["eve"], [], []]
    assert _net('net1.exe group "Domain Admins" "e v" /add /domain') == [
        [], [], ["Domain Admins"], ["e v"],
    ]  # fmt: skip
    assert _net("net localgroup administrators eve /add /domain")[2:] == [
        ["administrators"], ["eve"],
    ]  # fmt: skip
    assert _net("net localgroup administrators") == [[], [], [], []]
    assert _net("net localgroup administrators eve & echo /add") == [[], [], [], []]


@pytest.mark.parametrize("text", [
    '{"EventID": 4732}', '{"EventID":"4732"}', '{"EventID": {"#text": "4732"}}',
    "<EventID Qualifiers='0'>4732</EventID>", "EventID=4732 Channel=Security",
])  # fmt: skip
def test_a_local_group_is_known_by_its_event(text: str) -> None:
    """In any form of the record."""
    assert is_of_local_group(text)
    assert not is_of_local_group(text.replace("4732", "4728"))


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    """Without an error."""
    for find in DERIVED.values():
        assert isinstance(list(find(text)), list)


def test_a_long_record_takes_no_long_time() -> None:
    """Each is an attacker's; a quarter of a megabyte of any of these took a second once."""
    for part in ("/a", ",/x", "net group a b ", 'net group "', '"EventID":{ ', '"a '):
        text = (part * 250_000)[:250_000]
        begun = time.process_time()
        for find in DERIVED.values():
            list(find(text))
        is_of_local_group(text)
        assert time.process_time() - begun < 5


@pytest.mark.parametrize(("url", "mailbox"), [
    ("/ecp/victim@corp.example/RulesEditor/InboxRules.svc/NewObject", "victim@corp.example"),
    ("/ecp/a%40corp.example/RulesEditor/InboxRules.svc/NewObject", "a@corp.example"),
    ("/ecp/RulesEditor/InboxRules.svc/NewObject", ""), ("/owa/a@corp.example/x.svc", ""),
])  # fmt: skip
def test_a_request_to_the_panel_names_the_mailbox(url: str, mailbox: str) -> None:
    """Where it was for somebody else's."""
    found = list(DERIVED["@panel-mailbox"](IIS.format(url, 443)))
    assert found == ([mailbox] if mailbox else [])


@pytest.mark.parametrize(("url", "end"), [
    ("/_layouts/15/spinstall0.aspx", "LAYOUTS\\spinstall0.aspx"),
    ("/_layouts/16/a/b.aspx", "LAYOUTS\\a\\b.aspx"), ("/_layouts/x.aspx", "LAYOUTS\\x.aspx"),
])  # fmt: skip
def test_pages_of_sharepoint_lie_in_its_layouts(url: str, end: str) -> None:
    """Whatever version the address names; a file there is the page that was asked for."""
    place = place_of_page(IIS.format(url, 443))
    assert place.endswith(f"16\\TEMPLATE\\{end}")
    file = "C/Program Files/Common Files/microsoft shared/Web Server Extensions/16/TEMPLATE/"
    assert (file + end.replace("\\", "/")).lower().endswith(ends_of_page(url))
