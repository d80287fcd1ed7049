"""What may leave, and what does not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alpheus.knowledge.shared.model import Tlp
from alpheus.model import Stage, Verdict
from alpheus.report.assessment_file import Assessment, Campaign, Citation, Finding
from alpheus.sharing.policy import Policy
from sharing.shared_samples import citation, finding


@pytest.mark.parametrize("tlp", list(Tlp))
def test_what_may_be_told_to_fewer_is_left_out(assessment: Assessment, tlp: Tlp) -> None:
    """A finding under TLP:RED leaves only with an output for as few; the rest is counted."""
    policy = Policy(tlp, named=True)
    (one,) = policy.allowed([assessment])
    rules = {each.rule for each in one.servers[0].findings}
    assert ("told" in rules) is (tlp is Tlp.RED)
    assert policy.left_out == ({} if tlp is Tlp.RED else {"TLP:RED": 1})


def test_a_hidden_victim_is_named_nowhere(hidden: tuple[Policy, list[Assessment]]) -> None:
    """Not by name, alias, headline, quote or folder."""
    said = msgspec.json.encode(hidden[1]).decode()
    for name in ("EX01", "corp.example", "=cmd"):
        assert name not in said


def test_a_name_that_says_nothing_is_the_same_in_one_output(assessment: Assessment) -> None:
    """And another one in the next, so that outputs cannot be laid side by side."""
    one, two = Policy(Tlp.AMBER, named=False), Policy(Tlp.AMBER, named=False)
    names = [next(iter(each.allowed([assessment]))).servers[0].name for each in (one, one, two)]
    assert names[0] == names[1] != names[2]


def _of(assessment: Assessment, findings: list[dict[str, Any]], **more: Any) -> Assessment:
    """The assessment with other findings on its server."""
    made = tuple(msgspec.convert(one, Finding, strict=False) for one in findings)
    server = msgspec.structs.replace(assessment.servers[0], findings=made, **more)
    return msgspec.structs.replace(assessment, servers=(server,))


RED: dict[str, Any] = {"pack": "shared", "tlp": "TLP:RED"}
CAMPAIGNS = (
    Campaign("proxylogon", None, True, Verdict.COMPROMISED, Stage.EXPLOITED),
    Campaign("proxyshell", None, True, Verdict.COMPROMISED, Stage.IMPLANTED),
)


def test_a_verdict_leaves_only_with_what_it_rests_on(assessment: Assessment) -> None:
    """Where the finding that decides it is left out, the server is, too, and is counted."""
    found = [finding("secret", **RED), finding("tried", stage="attempted")]
    policy = Policy(Tlp.GREEN, named=True)
    (one,) = policy.allowed([_of(assessment, found)])
    assert one.servers == ()
    assert policy.servers == {"TLP:RED": 1}
    assert policy.told() == [
        "1 finding rests on what is TLP:RED and was left out",
        "1 server was left out: what is said of it rests on what is TLP:RED",
    ]


def test_a_verdict_that_others_carry_leaves_without_the_rest(assessment: Assessment) -> None:
    """It says no stage, no campaign and no sentence that rests on what was left out."""
    found = [finding("open"), finding("secret", stage="implanted", **RED)]
    given = _of(assessment, found, campaigns=CAMPAIGNS)
    policy = Policy(Tlp.AMBER, named=True)
    (server,) = next(iter(policy.allowed([given]))).servers
    assert [one.rule for one in server.findings] == ["open"]
    assert (server.verdict, server.stage) == (Verdict.COMPROMISED, Stage.EXPLOITED)
    assert server.headline == "compromised"
    assert [one.pack for one in server.campaigns] == ["proxylogon"]
    assert policy.told()[1:] == [
        "1 campaign is not named: that it was seen rests on what is TLP:RED"
    ]


def test_context_carries_nothing(assessment: Assessment) -> None:
    """Left out, it changes nothing of what is said of the server."""
    found = [finding("open"), finding("usual", weight="context", **RED)]
    policy = Policy(Tlp.AMBER, named=True)
    (server,) = next(iter(policy.allowed([_of(assessment, found)]))).servers
    assert server.headline == "EX01.corp.example is compromised"
    assert policy.told() == ["1 finding rests on what is TLP:RED and was left out"]


def test_nothing_found_needs_nothing_to_carry_it(assessment: Assessment) -> None:
    """A server of which nothing can be said is told as such."""
    given = _of(assessment, [finding("s", stage="probed", **RED)],
                verdict=Verdict.NOT_DETERMINABLE, stage=Stage.PROBED)  # fmt: skip
    (server,) = next(iter(Policy(Tlp.AMBER, named=True).allowed([given]))).servers
    assert (server.verdict, server.stage) == (Verdict.NOT_DETERMINABLE, Stage.NONE)


def test_a_mark_that_nobody_knows_is_the_strictest(assessment: Assessment) -> None:
    """A finding under it leaves with TLP:RED alone."""
    given = _of(assessment, [finding("open"), finding("odd", tlp="FOR MY EYES")])
    for tlp, rules in ((Tlp.AMBER, ["open"]), (Tlp.RED, ["open", "odd"])):
        (server,) = next(iter(Policy(tlp, named=True).allowed([given]))).servers
        assert [one.rule for one in server.findings] == rules


def test_a_hidden_page_is_its_hash(assessment: Assessment) -> None:
    """Its name stays with it where it names nobody; of logs and of others' files, nothing."""
    pages = {"x.aspx": "x.aspx", "EX01-a.aspx": "*.aspx", "mail.corp.example.ashx": "*.ashx"}
    found = [
        finding("page", stage="implanted",
                citations=[citation(f"EX01/web/{name}", line=3, sha256="a" * 64)])
        for name in pages
    ]  # fmt: skip
    log = [citation("C/logs/corp.example.log", line=4, sha256="b" * 64)]
    found.append(finding("log", citations=log * 2))
    policy = Policy(Tlp.AMBER, named=False)
    (server,) = next(iter(policy.allowed([_of(assessment, found)]))).servers
    cited = [one.citations for one in server.findings]
    assert [one.path for (one,) in cited] == [*pages.values(), ""]
    assert cited[0] == (Citation("", "x.aspx", 3, sha256="a" * 64),)
    assert cited[-1] == (Citation("", ""),)


def test_what_names_a_victim_gets_a_name_that_says_nothing(assessment: Assessment) -> None:
    """Titles and ids of one's own rules, packs, and clients that are the server itself."""
    one = finding("ex01-watch", pack="corp.example", title="A shell on EX01",
                  clients=["10.0.0.7", "45.77.252.175", "EX01", "mail.corp.example"])  # fmt: skip
    policy = Policy(Tlp.AMBER, named=False, key=b"k")
    (server,) = next(iter(policy.allowed([_of(assessment, [one])]))).servers
    (found,) = server.findings
    assert found.rule.startswith("rule-")
    assert (found.pack, found.title) == ("own", "A finding of stage exploited")
    assert found.clients == ("45.77.252.175",)
