"""What a cited record says of an intruder."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.fleet.said import Names, page_of, public_address, read_record
from alpheus.model import Citation

NAMES = Names(["EX01", "ex01.contoso.example", "mail.contoso-post.example"])
ROW = "2021-03-03 06:59:20 10.1.4.20 POST {} {} 443 - {} python-requests/2.25.1 - 200 0 0 15"


def _read(text: str, path: str = "u_ex210303.log", sha256: str | None = None):  # type: ignore[no-untyped-def]
    return read_record(Citation("E1", path, line=3, text=text, sha256=sha256), NAMES)


def test_a_request_says_who_came_by_what_asking_for_what() -> None:
    """What Exchange adds to the query is left out."""
    said = _read(ROW.format("/ecp/Y.js", "a=b&CorrelationID=<empty>;&cafeReqId=1-2", "203.0.113.7"))
    assert (said.client, said.agent) == ("203.0.113.7", "python-requests/2.25.1")
    assert (said.stem, said.request) == ("/ecp/y.js", "post a=b")
    assert said.time is not None
    assert said.time.isoformat() == "2021-03-03T06:59:20+00:00"
    assert said.page == ""


def test_a_page_is_the_same_on_disk_in_a_request_and_in_an_event() -> None:
    """By its folder and name."""
    asked = _read(ROW.format("/aspnet_client/Xw.aspx", "-", "203.0.113.7"))
    written = _read('{"TargetFilename": "C:\\\\inetpub\\\\wwwroot\\\\aspnet_client\\\\xw.aspx"}')
    lying = _read("<script>", "C/inetpub/wwwroot/aspnet_client/xw.aspx", "ab" * 32)
    assert asked.page == written.page == lying.page == "aspnet_client/xw.aspx"
    assert page_of("D:\\web\\owa\\auth\\A.aspx") == "auth/a.aspx"


def test_a_page_that_is_named_in_passing_was_not_written() -> None:
    """As where the product's own page refers to another."""
    assert _read('{"Image": "C:\\\\w3wp.exe", "Referer": "/owa/auth/logon.aspx"}').page == ""


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"EventData": {"CommandLine": '"cmd" /c net user x y /add', "Other": 1}}),
        'EventID=4688 CommandLine="cmd" /c net user x y /add ParentImage=w3wp.exe',
    ],
)
def test_an_event_says_what_was_run(text: str) -> None:
    """As JSON and as a text of names and values."""
    assert _read(text).command == '"cmd" /c net user x y /add'


def test_an_event_says_what_was_made() -> None:
    """A task or a service."""
    assert _read('{"TaskName": "\\\\Up Date", "User": "x"}').name == "\\up date"


def test_what_is_of_one_server_alone_is_taken_out() -> None:
    """Its names and domains, ids, addresses, secrets; what the intruder chose stays."""
    text = (
        "a]@EX01.contoso.example:444 [secret:00aa11bb] 10.0.0.1 S-1-5-21-1-2-3 "
        "7c9e6679-7425-40de-944b-e07fc1f90ae7 joe@Contoso-Post.example @fqzv.test 1234567"
    )
    assert NAMES.mask(text) == (
        "a]@{host}:444 {secret} {address} {sid} {id} joe@{host} @fqzv.test {number}"
    )


@pytest.mark.parametrize(
    ("client", "address"),
    [("203.0.113.7", "203.0.113.7"), ("10.1.2.3", ""), ("fe80::1", ""), ("x", ""), ("", ""),
     ("[2001:db8::7]", "2001:db8::7")],
)  # fmt: skip
def test_only_who_came_over_the_internet_has_an_address(client: str, address: str) -> None:
    """Others are the victim's own."""
    assert public_address(client) == address


@given(text=st.text(max_size=300), path=st.text(max_size=40))
def test_nothing_that_an_intruder_writes_breaks_it(text: str, path: str) -> None:
    """Whatever it is, it is read as saying little."""
    said = _read(text, path, "ab" * 32)
    assert len(said.command) <= 300
