"""Secrets in evidence are shown as keyed hashes, everywhere."""

from __future__ import annotations

import io
import json
import string
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from alpheus.model import Assessment, Skipped
from alpheus.report import (
    Redactor,
    print_summary,
    redact,
    to_json,
    write_csv,
    write_html,
    write_json,
    write_markdown,
    write_servers_csv,
)
from assessments import assessment, assessments, cite, compromised, compromised_server

CONTEXTS = (
    'eval(Request["{}"],"unsafe")', "msExchEcpCanary={}&schema=x", "X-Rps-CAT={}&a=b",
    '<machineKey validationKey="{}" />', "net user svc {} /add", 'password = "{}"',
)  # fmt: skip

_alphabet = string.ascii_letters + string.digits
secrets = st.builds(
    "{}{}{}".format,
    st.text(_alphabet, min_size=4, max_size=30),
    st.sampled_from(("7Qz", "0x9", "4$T4", "3!k2")),
    st.text(_alphabet + "-_.", max_size=20).map(lambda text: text + "Z9"),
)


def everything(one: Assessment, redactor: Redactor | None = None) -> str:
    """Return all output of all formats."""
    stream = io.StringIO()
    for write in (write_html, write_json, write_markdown, write_csv, write_servers_csv):
        write(one, stream, redactor)
    console = Console(file=stream, width=400)
    print_summary(one, console, None, redactor)
    return stream.getvalue()


def holding(secret: str, context: str) -> Assessment:
    """Return an assessment that gives a secret away once and quotes it bare in every text."""
    server = compromised_server()
    bare = f"the key {secret} was used, see ?{secret}=1 and {quote(secret, safe='')}"
    given = replace(
        server.findings[0], citations=(cite("a.log", context.format(secret), 1),), detail=bare
    )
    return replace(
        assessment(
            replace(
                server,
                headline=bare,
                findings=(given, replace(server.findings[1], title=bare)),
                story=tuple(replace(step, summary=bare) for step in server.story),
                next_steps=tuple(
                    replace(step, action=bare, why=bare) for step in server.next_steps
                ),
                campaigns=tuple(replace(one, why=bare) for one in server.campaigns),
            )
        ),
        skipped=(Skipped("ev1", "a.log", 0, bare),),
    )


@settings(max_examples=15, deadline=None)
@given(secrets, st.sampled_from(CONTEXTS))
def test_a_secret_occurs_in_no_output(secret: str, context: str) -> None:
    """What one text gives away is replaced in every text of every format."""
    assert secret not in everything(holding(secret, context))


def test_equal_secrets_look_equal_in_one_run_and_different_in_another() -> None:
    """The hash is keyed per run: recognisable inside a report, not comparable outside."""
    first, second = Redactor(), Redactor()
    text = 'Request["abc123xyz"] ?abc123xyz=1'
    shown = first.text(text)
    mark = first.mark("abc123xyz")
    assert shown == f'Request["{mark}"] ?{mark}=1'
    assert second.text(text) != shown


def test_user_names_paths_and_addresses_survive() -> None:
    """A report without them would be useless."""
    output = everything(compromised())
    for kept in ("j.meier@contoso.example", "n.keller", "svc_sql", "203.0.113.77", "supp0rt.aspx"):
        assert kept in output
    for hidden in ("Zk81qQpL", "kPq3-aa9Z_0", "Wint3r!2021x"):
        assert hidden not in output


def test_a_page_named_like_a_secret_keeps_its_name() -> None:
    """An element of a path is a name, not a secret."""
    redactor = Redactor()
    redactor.learn("hidden99")
    kept = "/owa/auth/hidden99.aspx and C:\\temp\\hidden99\\a and hidden99@contoso.example"
    assert redactor.text(kept) == kept


def test_a_short_or_ordinary_secret_is_replaced_as_a_parameter_only() -> None:
    """Replacing every `cmd` or `username` would ruin the report and hide nothing."""
    redactor = Redactor()
    redactor.learn("cmd")
    redactor.learn("username")
    shown = redactor.text("cmd.exe /c x ?cmd=1&username=2 the username")
    assert shown.startswith("cmd.exe /c x ?[secret:")
    assert shown.endswith("=2 the username")
    assert "&username" not in shown


def test_the_quoted_line_of_a_page_keeps_no_key() -> None:
    """What is in quotes in a page may be what opens it; a log has no such lines."""
    line = 'F("opensesame"); p.Start("cmd.exe")'
    server = compromised_server()
    cited = (cite("a.aspx", line, 1), cite("a.log", line, 1))
    found = replace(server.findings[0], citations=cited)
    one = assessment(replace(server, findings=(found,)))
    shown, log = Redactor().assessment(one).servers[0].findings[0].citations
    assert "opensesame" not in shown.text
    assert shown.text.endswith('p.Start("cmd.exe")')
    assert log.text == line


def test_a_mark_written_by_an_attacker_is_no_mark() -> None:
    """Only marks that this run has issued are left alone."""
    assert "[secret:00000000]" not in Redactor().text('Request["[secret:00000000]"]')


@settings(max_examples=15, deadline=None)
@given(assessments(max_servers=1))
def test_redacting_twice_changes_nothing(one: Assessment) -> None:
    """Formats may redact again what was redacted."""
    redactor = Redactor()
    once = redactor.assessment(one)
    assert redactor.assessment(once) is once
    assert redactor.assessment(replace(once)) == once


def test_a_secret_is_learnt_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may repeat it a hundred thousand times: its forms are made the first time."""
    made: list[str] = []
    monkeypatch.setattr(redact, "quote", lambda text, **_: made.append(text) or text)
    one = Redactor(b"k")
    one.text("pass='s3cret5' " * 100)
    one.learn("s3cret5")
    assert made == ["s3cret5"]


def test_many_nested_secrets_are_no_trouble() -> None:
    """Secrets that are prefixes of each other cost neither depth nor much time."""
    redactor = Redactor()
    for length in range(8, 600):
        redactor.learn("a1" + "b" * length)
    shown = redactor.text("x a1" + "b" * 20 + " y")
    assert "bbbb" not in shown


def test_json_is_redacted_too() -> None:
    """The dictionary form passes the same gate."""
    assert "Zk81qQpL" not in json.dumps(to_json(compromised()))
