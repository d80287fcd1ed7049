"""Secrets are known by what stands around them."""

from __future__ import annotations

import re
import time

import pytest

from alpheus.report.redact import Redactor
from alpheus.report.secret_patterns import PATTERNS

SECRET = "Qz7hUn4rWx"

GIVEN_AWAY = [
    'eval(Request["{}"],"unsafe")',
    'eval(Request[""{}""],""unsafe"")',
    "eval(request('{}'))",
    'Request.Item["{}"]',
    'Request.Form("{}")',
    'Context.Request.Headers.Get("{}")',
    'Request . QueryString [ "{}" ]',
    'Request[\\"{}\\"]',
    "Request%5B%22{}%22%5D",
    "Request[&quot;{}&quot;]",
    "Request[&#34;{}&#34;]",
    'cut off at the end: Request["{}',
    'if (Request["a1b2c3"] == "{}")',
    'string password = "{}";',
    'If Request.QueryString("P")="{}" Then',
    'if (Request.Form["P"].ToString() != "{}") return;',
    'if ("{}" == Request["a1b2c3"])',
    'If "{}" = Trim(Request("a1b2c3")) Then',
    'if (Request["a1b2c3"].Equals("{}"))',
    'if ("{}".Equals(key))',
    'if (tPw.Text == "{}")',
    'If tPw.Text = "{}" Then',
    'Const pass2 = "{}"',
    'var JsPassw = "{}"',
    'If LoginPwd <> "{}" Then',
    'if (Request["a1b2c3"] == "pw") return Request["{}"]',
    'Const k As String="{}"',
    'Dim pw As String = "{}"',
    'Private Shared x As String="{}"',
    'If StrComp(Request("P"), "{}") = 0 Then',
    'If StrComp("{}", key) = 0 Then',
    'If InStr(Request("P"), "{}") > 0 Then',
    'If InStr(1, Request.Form("P"), "{}", 1) Then',
    'If InStr("{}", Request("P")) Then',
    'if (Request["P"].StartsWith("{}"))',
    'if (Request.Headers["P"].ToLower().EndsWith("{}"))',
    'if (Request["P"]?.IndexOf("{}") >= 0)',
    'if ("{}".StartsWith(Request["P"]))',
    'if (new[]{{"{}", "b"}}.Contains(Request["P"]))',
    'if (new[]{{"a", "{}"}}.Contains(Request["P"]))',
    'if (string.Equals(Request["P"], "{}"))',
    'Session["{}"] = x;',
    'Session["P"] = "{}";',
    'Session("{}") = "b"',
    'If Session("P") <> "{}" Then',
    'Application.Contents("{}")',
    "x = Request.Headers!{}",
    "x = Request!{}",
    "x = Request.Form![{}]",
    "x = Session!{}",
    'Request.Cookies("P")("{}")',
    'Request.Cookies["P"]["{}"]',
    'parameter("P") of do["{}"] in line 4',
    'control("P").Text["{}"] in line 4',
    'control("{}").Text',
    'parameter("{}") of do',
    'String xc = "{}"; ',
    "/owa/auth/a.aspx?{}=Response.Write(1)",
    "/a.aspx?b=1&{}=System.Diagnostics.Process",
    "POST /a.aspx {}=Response.Write(1)&cafeReqId=1",
    "SetObject?msExchEcpCanary={}&schema=OABVirtualDirectory",
    "SetObject?msExchEcpCanary%3D{}&schema=OABVirtualDirectory",
    "X-OWA-CANARY: {}; path=/",
    "/powershell/?X-Rps-CAT={}&Email=autodiscover",
    "X-CommonAccessToken: {}",
    '<machineKey validationKey="{}" />',
    "<machineKey validationKey='{}' decryptionKey='AutoGenerate' />",
    '<machineKey decryptionKey="{}" />',
    "__VIEWSTATE=%2F{}",
    "ASP.NET_SessionId={}; path=/",
    "Authorization: Basic {}",
    "connectionString=Server=a;Password={};Database=b",
    "Invoke-Command -Password {} -Name x",
    "-Password '{}'",
    "ConvertTo-SecureString -String '{}' -AsPlainText",
    "psexec64 \\\\host -u admin -p {} cmd",
    "net user svc {} /add",
    'net.exe user "svc one" {} /add',
    "net use z: \\\\10.0.0.5\\c$ {} /user:CONTOSO\\admin",
    "net use \\\\10.0.0.5\\c$ /user:CONTOSO\\admin {}",
]

HARMLESS = [
    'Label1.Text = "Ready to go";',
    'Case "Monday"',
    'If a <> "" Then b = "" : Show "Ready to go"',
    "if (Request!=null) { Show(Form); }",
    'Dim title As String = "Ready to go"',
    'if (bypass.Checked) { Title = "Ready"; }',
    "net user jane.doe /domain",
    "net user jane.doe * /add",
    'net group "Exchange Organization administrators" administrator /del /domain',
    'Set-Mailbox -Identity "jane.doe" -Name "Jane"',
    "GET /owa/auth/logon.aspx url=https%3a%2f%2fmail.contoso.example&reason=0 443 - 198.51.100.4",
    "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\FrontEnd\\HttpProxy\\owa\\auth\\a.aspx",
    '<machineKey validationKey="AutoGenerate,IsolateApps" />',
    '<add key="webpages:Version" value="3.0.0.0" />',
    "AnchorMailbox=SMTP~j.meier@contoso.example",
    "reg add HKLM /v password= /f",
    "-Password $credential -Name x",
    "X-BEResource-Cookie ServerInfo~a]@ex01.contoso.example:444/ecp/proxyLogon.ecp?#",
]


@pytest.mark.parametrize("text", GIVEN_AWAY)
def test_a_secret_is_replaced_where_it_stands(text: str) -> None:
    """Each way of writing a secret is recognised, and only the secret is replaced."""
    shown = Redactor().text(text.format(SECRET))
    assert SECRET not in shown
    assert "[secret:" in shown
    assert shown.startswith(text[: min(text.index("{}"), 6)])


@pytest.mark.parametrize("text", HARMLESS)
def test_names_paths_and_addresses_stay(text: str) -> None:
    """User names, paths, addresses and ordinary parameters are no secrets."""
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    "unit",
    [
        "Request[",
        'Request["',
        "password=",
        "net use \\\\",
        "a=",
        "-p ",
        "psexec ",
        "%22",
        "Session[",
        'StrComp("a",',
        "InStr(Request,",
        '"a",',
        "Request!",
        '["a"]',
        "string.Equals(",
        "Request.Cookies(",
        "Dim a As String = ",
    ],
)
def test_a_hostile_line_takes_linear_time(unit: str) -> None:
    """No line of the longest length that is cited keeps an expression busy."""
    text = (unit * 4000)[:4000]
    begin = time.perf_counter()
    Redactor().text(text)
    assert time.perf_counter() - begin < 3


def test_a_secret_beside_a_masked_one_is_replaced() -> None:
    """However short both are: what stands around a secret may be masked already."""
    redactor = Redactor()
    for text in (
        'if (Request["a1"] == "pw") {', 'Session["a1"] = "pw"', 'If Request.Form("a1") = "pw" Then',
    ):  # fmt: skip
        shown = redactor.text(text)
        assert "a1" not in re.sub(r"\[secret:[0-9a-f]+\]", "", shown)
        assert '"pw"' not in shown
        assert redactor.text(shown) == shown


def test_an_empty_text_begins_no_secret() -> None:
    """What follows it up to the next empty text is code."""
    text = 'If Request("{}") <> "" Then Shown = "" : Else Go'
    assert Redactor().text(text.format(SECRET)).endswith('") <> "" Then Shown = "" : Else Go')


def test_every_pattern_has_one_secret_and_a_lower_case_hint() -> None:
    """The redactor relies on both."""
    for pattern in PATTERNS:
        assert "secret" in pattern.expression.groupindex
        assert pattern.hint == pattern.hint.lower()
