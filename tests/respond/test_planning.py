"""Which steps a server needs, and which files are taken: each once, none of the product's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alpheus.report.assessment_file import read_assessment
from alpheus.respond.model import Phase, Plan, digest_of
from alpheus.respond.planning import OPERATED, REBUILD, UNNAMED, UNSEEN, plan_of
from clean_assessments import PAGE, WEB, citation, document, finding, read, server

MADE = datetime(2021, 3, 12, 9, tzinfo=UTC)


def _plan(*findings: dict[str, Any], **more: Any) -> Plan:
    found = read(server("MX01", *findings, **more))
    return plan_of(found, found.server(), made=MADE, version="0")


def _files(plan: Plan) -> list[str]:
    return [one.path for one in plan.files()]


def _all_words(plan: Plan) -> str:
    return "\n".join(line for step in plan.steps for line in step.by_hand)


def test_a_planted_page_is_taken_once() -> None:
    """However many findings name it, in whatever case; with its hash and why."""
    plan = _plan(
        finding("iis-webshell-page-eval", citation(f"{WEB}/x.aspx", line=3)),
        finding("page-foreign", citation(f"{WEB}/X.ASPX"), weight="indication"),
        finding("page-used-shell", citation("C/inetpub/logs/u_ex.log", None, line=1)),
    )
    (action,) = plan.files()
    assert action.path == r"C:\inetpub\wwwroot\aspnet_client\x.aspx"
    assert (action.volume, action.parts[-1], len(action.sha256)) == ("C", "x.aspx", 64)
    assert "iis-webshell-page-eval" in action.why
    assert plan.digest == digest_of(plan)


@pytest.mark.parametrize(("name", "taken"), [
    ("x.aspx ", True), ("x.aspx.bak", True), ("logo.png", True), ("noname", True),
    ("u_ex.log", False), ("u_ex.log.gz", False), ("x.config", False), ("x.compiled", False),
])  # fmt: skip
def test_a_page_is_taken_whatever_it_is_called(name: str, taken: bool) -> None:
    """It was judged by what is in it; logs, configuration and what other steps take are none."""
    for rule in ("page-foreign", "iis-webshell-page-eval"):
        found = _files(_plan(finding(rule, citation(f"{WEB}/{name}"))))
        assert [path.rpartition("\\")[2] for path in found] == [name] * taken
    assert _files(_plan(finding("page-used-shell", citation("C/$MFT", line=3)))) == []


def test_two_files_whose_names_differ_in_case_are_both_taken() -> None:
    """As the evidence has them, where their contents differ; each has its own number."""
    plan = _plan(finding(
        "page-foreign", citation(f"{WEB}/a.aspx"), citation(f"{WEB}/A.aspx", b"another"),
        citation(f"{WEB}/A.ASPX"), citation(f"{WEB}/a.aspx", b"another"),
    ))  # fmt: skip
    assert [(one.id, one.parts[-1]) for one in plan.files()] == [(1, "a.aspx"), (2, "A.aspx")]
    assert len({one.sha256 for one in plan.files()}) == 2


def test_names_that_look_the_same_are_told_apart() -> None:
    """In what people read; where they are is as it was."""
    names = ("caf\u00e9.aspx", "cafe\u0301.aspx")
    plan = _plan(finding("page-foreign", *(citation(f"{WEB}/{one}") for one in names)))
    assert [one.parts[-1] for one in plan.files()] == [*names]
    assert [path.rpartition("\\")[2] for path in _files(plan)] == [
        "caf{U+00E9}.aspx", "cafe{U+0301}.aspx",
    ]  # fmt: skip


@pytest.mark.parametrize(("path", "shown"), [
    ("uploads/auto/D%3A/inetpub/a b.aspx", r"D:\inetpub\a b.aspx"),
    ("disk.E01/p2/inetpub/wwwroot/x.aspx", r"P2:\inetpub\wwwroot\x.aspx"),
    ("case7/inetpub/wwwroot/x.aspx", r"C:\inetpub\wwwroot\x.aspx"),
])  # fmt: skip
def test_a_file_is_named_as_on_its_volume(path: str, shown: str) -> None:
    """Whatever the collector called the volume."""
    assert _files(_plan(finding("page-foreign", citation(path)))) == [shown]


@pytest.mark.parametrize("path", [
    "C/HarddiskVolumeShadowCopy3/inetpub/wwwroot/x.aspx", "x.aspx", f"{WEB}/u_ex.log",
])  # fmt: skip
def test_what_cannot_be_taken_is_not(path: str) -> None:
    """A file in a shadow copy, one in no volume, a log."""
    assert _files(_plan(finding("page-foreign", citation(path)))) == []


def test_a_page_of_the_product_is_restored_not_only_removed() -> None:
    """It was changed; the step says where a right one comes from."""
    stock = "C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/logon.aspx"
    plan = _plan(finding("iis-webshell-page-eval", citation(stock)))
    (step,) = [one for one in plan.steps if one.files]
    assert step.phase is Phase.RESTORE
    assert "installation media" in _all_words(plan)
    (action,) = step.files
    assert len(action.good) > 1
    assert not action.exchanged


def test_a_configuration_of_the_product_is_only_exchanged() -> None:
    """And only where it is known what it should be; else it is put right by hand."""
    folder = "C/Program Files/Microsoft/Exchange Server/V15/ClientAccess"
    plan = _plan(finding(
        "iis-webshell-configuration-opens-a-back-door", citation(f"{folder}/ecp/web.config"),
        citation(f"{folder}/x/web.config"), citation("C/inetpub/wwwroot/web.config"),
        techniques=["T1505.004"],
    ))  # fmt: skip
    (step,) = [one for one in plan.steps if one.files]
    (action,) = step.files
    assert (step.phase, action.exchanged) == (Phase.RESTORE, True)
    assert action.path.endswith(r"ecp\web.config")
    assert "--known-good" in _all_words(plan)


def test_a_hidden_directory_is_none_of_the_address_book() -> None:
    """Each step has its own findings as its reason."""
    plan = _plan(finding("iis-webshell-hidden-virtual-directory", citation("a.config", None)))
    said = " ".join(step.what for step in plan.steps)
    assert "address book" not in said
    assert "virtual directories out of IIS" in said


def test_what_was_found_is_named_in_commands() -> None:
    """Members with their groups, roles with whoever got them, exports with their files, modules."""

    def found(rule: str, technique: str, text: str) -> dict[str, Any]:
        return finding(rule, citation("log", None, text=text), techniques=[technique])

    words = _all_words(_plan(
        found("iis-webshell-group-member-added", "T1098",
              '{"TargetUserName": "Administrators", "MemberName": "CN=help,DC=corp"}'),
        found("proxylogon-rps-role-for-mail-access", "T1098.002",
              '-Role "Mailbox Import Export" -User "help"'),
        found("proxylogon-audit-mailbox-export", "T1114.002",
              '-Mailbox "ceo" -FilePath "\\\\files\\e.pst"'),
        found("iis-webshell-module-from-writable-place", "T1505.004",
              r"Element=module Name=Cache 2 Type=C:\Windows\Temp\cache.dll"),
        found("iis-webshell-hidden-virtual-directory", "T1505.003",
              r"Element=virtual-directory Site=Default Web Site Path=/owa/x PhysicalPath=C:\k"),
        found("iis-webshell-service-installed", "T1543.003",
              '{"ServiceName": "W3*", "ImagePath": "k.exe"}'),
        found("proxylogon-management-transport-agent-installed", "T1505.002",
              '-Name "Filter" -AssemblyPath "C:\\f.dll"'),
        found("proxylogon-rps-certificate-to-page", "T1505.003",
              '-RequestFile "\\\\localhost\\c$\\x.aspx" -SubjectName "cn=<script>"'),
        found("own-audit-inbox-rule", "T1564.008",
              '-Mailbox "ceo" -Name "x" -ForwardTo "a@b.example"'),
        found("own-audit-mail-forwarded", "T1114.003",
              '-Identity "cfo" -ForwardingSmtpAddress "smtp:a@b.example"'),
        found("own-audit-mailbox-permission", "T1098.002",
              '-Identity "board" -User "help" -AccessRights "FullAccess"'),
        found("proxylogon-management-virtual-directory-script", "T1505.003",
              '-Identity "MX01\\OAB (Default Web Site)"'),
    ))  # fmt: skip
    for wanted in (
        "Remove-ADGroupMember -Identity 'Administrators' -Members 'CN=help,DC=corp'",
        "-Role 'Mailbox Import Export' -RoleAssignee 'help' | Remove-ManagementRoleAssignment",
        "Get-MailboxExportRequest -Mailbox 'ceo' | Remove-MailboxExportRequest",
        "What was written: '\\\\files\\e.pst'", "{ $_.Name -eq 'Cache 2' }",
        r"'C:\Windows\Temp\cache.dll'",
        "-Site 'Default Web Site' | Where-Object { $_.Path -eq '/owa/x' }",
        "{ $_.Name -eq 'W3*' } | Invoke-CimMethod -MethodName Delete",
        "{ $_.Identity -eq 'Filter' } | Uninstall-TransportAgent", "'cn=<script>'",
        r"Set-OabVirtualDirectory -Identity 'MX01\OAB (Default Web Site)' -InternalUrl URL",
        "-Mailbox 'ceo' -IncludeHidden | Where-Object { $_.Name -eq 'x' } | Remove-InboxRule",
        "Set-Mailbox -Identity 'cfo' -ForwardingSmtpAddress $null",
        "-Identity 'board' -User 'help' | Remove-MailboxPermission",
    ):  # fmt: skip
        assert wanted in words
    assert "NAME-OF" not in words


def test_a_planted_assembly_is_taken_and_one_in_a_folder_of_the_product_named() -> None:
    """IIS loads what lies in `bin`; without the product's own the site would not run."""
    product = "C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/bin/y.dll"
    plan = _plan(finding("iis-webshell-assembly-of-a-shell", citation(product),
                         citation("C/inetpub/wwwroot/shop/bin/x.dll", b"2")))  # fmt: skip
    assert _files(plan) == [r"C:\inetpub\wwwroot\shop\bin\x.dll"]
    (step,) = [one for one in plan.steps if "assemblies" in one.what]
    assert any(line.endswith(r"bin\y.dll'") for line in step.by_hand)


def test_what_was_gathered_or_brought_is_named_to_be_taken() -> None:
    """Dumps and archives by their files and commands, programs by their paths."""
    words = _all_words(_plan(
        finding("iis-webshell-lsass-dump-file",
                citation("$MFT", None, text=r"TargetFilename=\Windows\Temp\lsass.dmp Size=1 X=x")),
        finding("iis-webshell-worker-packed-mail",
                citation("log", None, text='{"CommandLine": "7z a c:\\\\x.7z \u2019; iex"}')),
        finding("iis-webshell-worker-started-foreign-program",
                citation("log", None, text='{"Image": "C:\\\\Windows\\\\Temp\\\\k.exe"}')),
        finding("proxylogon-antivirus-shell-of-the-campaign",
                citation("log", None, text='{"Path": "file:_C:\\\\x.aspx"}')),
        finding("iis-webshell-configuration-is-a-page", citation("C/inetpub/wwwroot/a/web.config")),
    ))  # fmt: skip
    for wanted in (
        r"Remove-Item -Force -LiteralPath '\Windows\Temp\lsass.dmp'",
        "'7z a c:\\x.7z \u2019\u2019; iex'", r"-LiteralPath 'C:\Windows\Temp\k.exe'",
        r"Where it was found: 'file:_C:\x.aspx'", r": 'C:\inetpub\wwwroot\a\web.config'",
    ):  # fmt: skip
        assert wanted in words
    assert "NAME-OF" not in words


def test_steps_follow_the_stage() -> None:
    """Keys once something was planted, accounts once commands ran, Kerberos once they left."""
    for stage, wanted in (("attempted", set()), ("implanted", {"First the machine keys"}),
                          ("operated", {"First the machine keys", "Then service accounts"}),
                          ("spread", {"First the machine keys", "Last the account"})):  # fmt: skip
        said = [step.what for step in _plan(stage=stage).steps if step.phase is Phase.ROTATE]
        assert all(any(one.startswith(want) for one in said) for want in wanted)
        assert bool(said) is bool(wanted)


def test_what_cannot_be_repaired_is_said() -> None:
    """Plainly, where the attacker went on or programs ran."""
    assert _plan(stage="spread").beyond == (REBUILD,)
    assert _plan(stage="operated").beyond == (OPERATED,)
    assert _plan(stage="implanted").beyond == ()
    assert _plan(verdict="not-determinable", stage="none").beyond == (UNSEEN,)
    assert any(step.phase is Phase.REBUILD for step in _plan(stage="spread").steps)


def test_names_in_commands_are_quoted() -> None:
    """Whatever the attacker called an account; each has its own line."""
    records = [
        citation("Security.jsonl", None, text=json.dumps({"TargetUserName": name}))
        for name in ("eve", "a'; Remove-Item C:\\ -Recurse; '", "x\ny")
    ]
    plan = _plan(finding("iis-webshell-account-created", *records, techniques=["T1136"],
                         stage="spread"))  # fmt: skip
    words = _all_words(plan)
    assert "Disable-ADAccount -Identity 'eve'\n" in words
    assert "'a''; Remove-Item C:\\ -Recurse; '''" in words
    assert "('' + 'x' + [char]0x000A + 'y')" in words


def test_a_name_that_is_not_known_is_not_made_up() -> None:
    """The line says so."""
    plan = _plan(finding("x-task-created", citation("S.jsonl", None), techniques=["T1053.005"]))
    assert "NAME-OF-TASK" in _all_words(plan)


def test_a_server_without_findings_is_only_watched() -> None:
    """And updated, where it is vulnerable."""
    plan = _plan(verdict="no-evidence", stage="none")
    assert [step.phase for step in plan.steps] == [Phase.PATCH, Phase.VERIFY]


def test_the_same_assessment_gives_the_same_plan() -> None:
    """To the digest."""
    findings = [finding("page-foreign", citation(f"{WEB}/{name}.aspx", PAGE + name.encode()))
                for name in "abc"]  # fmt: skip
    assert _plan(*findings) == _plan(*findings)
    assert [one.id for one in _plan(*findings).files()] == [1, 2, 3]


REQUEST = "2021-03-01 05:47:54 10.0.0.5 POST {} - {} - 10.9.9.9 python-requests/2.24.0 - 200 0 0"


def _asked(url: str, port: int = 443, rule: str = "page-used-shell") -> dict[str, Any]:
    text = REQUEST.format(url, port)
    return finding(rule, citation("C/inetpub/logs/u_ex.log", None, text=text, line=1))


def test_a_page_known_from_logs_alone_is_removed_by_hand() -> None:
    """The address, where it lies, a copy and its hash first, and what was compiled from it."""
    plan = _plan(_asked("/aspnet_client/x y'.aspx".replace(" ", "+")))
    (step,) = [one for one in plan.steps if "by hand, the pages" in one.what]
    assert step.phase is Phase.REMOVE
    words = "\n".join(step.by_hand)
    for wanted in ("this server: '/aspnet_client/x+y''.aspx'", "Get-FileHash -Algorithm SHA256",
                   r"-LiteralPath 'C:\inetpub\wwwroot\aspnet_client\x+y''.aspx'",
                   "-Filter *.compiled"):  # fmt: skip
        assert wanted in words
    assert words.index("Copy-Item") < words.index("Remove-Item")


def test_a_page_in_the_evidence_or_of_the_product_is_not_removed_by_hand() -> None:
    """Another step takes the file; the product's own is put right; a guessed one is no page."""
    for found in (
        (_asked("/aspnet_client/x.aspx"), finding("page-foreign", citation(f"{WEB}/X.aspx"))),
        (_asked("/owa/auth/logon.aspx"),), (_asked("/aspnet_client/x.aspx", rule="page-guessed"),),
    ):  # fmt: skip
        assert "this server:" not in _all_words(_plan(*found))


def test_a_member_of_a_local_group_is_removed_from_it() -> None:
    """By event 4732, or `net localgroup`; one of the domain from the domain."""

    def member(number: int, group: str) -> dict[str, Any]:
        fields = {"TargetUserName": group, "MemberName": "CN=eve,DC=corp",
                  "MemberSid": "S-1-5-21-1-2-3-1004"}  # fmt: skip
        text = json.dumps({"EventID": number} | fields)
        return citation("Security.evtx", None, text=text)

    words = _all_words(_plan(
        finding("iis-webshell-group-member-added", member(4732, "Administrators"),
                member(4728, "Domain Admins"), techniques=["T1098"]),
        finding("iis-webshell-account-made-on-command-line",
                citation("S.evtx", None, text='{"CommandLine": "net localgroup \\"Remote Users\\" '
                         'eve /add"}'), techniques=["T1136.001"]),
    ))  # fmt: skip
    first = words.index("Remove-LocalGroupMember -Group 'Administrators' "
                        "-Member 'S-1-5-21-1-2-3-1004'")  # fmt: skip
    assert first < words.index("-Identity 'Administrators'")
    assert "Remove-LocalGroupMember -Group 'Remote Users' -Member 'eve'" in words
    assert "Remove-ADGroupMember -Identity 'Domain Admins' -Members 'CN=eve,DC=corp'" in words
    assert "-Group 'Domain Admins'" not in words
    assert "NAME-OF-GROUP" not in words


def test_a_rule_that_was_made_through_the_panel_is_named_with_its_mailbox() -> None:
    """From the address of the request."""
    text = REQUEST.format("/ecp/ceo@corp.example/RulesEditor/InboxRules.svc/NewObject", 443)
    words = _all_words(_plan(finding("proxytoken-rule-made", citation("u.log", None, text=text))))
    assert "Remove-InboxRule -Mailbox 'ceo@corp.example' -Identity RULE" in words


def test_commands_name_every_volume_that_files_lie_on() -> None:
    """In each step, whichever of them is its own."""
    other = citation("uploads/auto/D%3A/inetpub/y.aspx", PAGE + b"2")
    plan = _plan(finding("page-foreign", citation(f"{WEB}/x.aspx"), other))
    words = _all_words(plan)
    assert "alpheus clean apply PLAN --root C=PATH --root D=PATH --execute" in words
    assert "{roots}" not in words


def test_every_file_is_planned_however_many(tmp_path: Path) -> None:
    """Beyond the hundred that a finding cites, an assessment names the others; none is left out."""
    cited = [citation(f"{WEB}/a{n}.aspx") for n in range(100)]
    more = [{"evidence": "E1", "path": f"{WEB}/b{n}.aspx", "sha256": "b" * 64} for n in range(51)]
    one = finding("page-foreign", *cited) | {"citations_total": 151, "more_files": more}
    path = tmp_path / "assessment.json"
    path.write_text(json.dumps(document(server("MX01", one))), "utf-8")
    found = read_assessment(path)
    plan = plan_of(found, found.server(), made=MADE, version="0")
    assert len(_files(plan)) == 151
    assert UNNAMED not in plan.beyond


def test_files_that_are_counted_and_not_named_are_told() -> None:
    """An assessment of an earlier version names a hundred; the plan says that there are others."""
    one = finding("page-foreign", citation(f"{WEB}/a.aspx")) | {"citations_total": 151}
    assert UNNAMED in _plan(one).beyond
    logged = finding("page-used-shell", citation("C/inetpub/logs/u_ex.log", line=1))
    assert UNNAMED not in _plan(logged | {"citations_total": 151}).beyond


def test_the_day_is_no_part_of_the_digest() -> None:
    """The same assessment gives the same digest on any day."""
    found = read(server("MX01", finding("page-foreign", citation(f"{WEB}/a.aspx"))))
    days = (MADE, MADE.replace(day=20))
    one, two = (plan_of(found, found.server(), made=day, version="0") for day in days)
    assert one.made != two.made
    assert one.digest == two.digest


def test_a_page_of_sharepoint_is_taken_with_what_was_compiled_of_it() -> None:
    """The file that is there is no page to remove by hand, and the assembly has its name."""
    layouts = (
        "C/Program Files/Common Files/microsoft shared/Web Server Extensions/16/TEMPLATE/LAYOUTS"
    )
    temporary = "C/Windows/Microsoft.NET/Framework64/v4.0.30319/Temporary ASP.NET Files/root/1/2"
    text = "VirtualPath=/_layouts/15/spinstall0.aspx Assembly=App_Web_fsjpgzxv Type=ASP.x"
    plan = _plan(
        finding("toolshell-page-on-disk", citation(f"{layouts}/spinstall0.aspx")),
        finding("toolshell-page-compiled", citation(f"{temporary}/x.compiled", text=text)),
        _asked("/_layouts/15/spinstall0.aspx"),
    )
    assert sorted(path.rpartition("\\")[2] for path in _files(plan)) == [
        "spinstall0.aspx",
        "x.compiled",
    ]
    words = _all_words(plan)
    assert "'App_Web_fsjpgzxv' + \".dll\"" in words
    assert "Remove-Item -LiteralPath" not in words


def test_interim_steps_are_those_of_a_flaw_that_is_open() -> None:
    """What closes ProxyLogon for a while is not offered where another flaw is open."""
    page = finding("page-foreign", citation(f"{WEB}/x.aspx"))
    state = {"state": "vulnerable", "why": "its build"}
    flaws = dict.fromkeys(("CVE-2021-26855", "CVE-2021-27065"), state)
    assert "MSExchangeECPAppPool" in _all_words(_plan(page, cves=flaws))
    others = {cve: state | {"state": "fixed"} for cve in flaws} | {"CVE-2021-34473": state}
    assert "MSExchangeECPAppPool" not in _all_words(_plan(page, cves=others))
