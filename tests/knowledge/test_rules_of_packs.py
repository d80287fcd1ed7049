"""The rules that ship: they compile, they say what they mean, and they do what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from alpheus.detect.sigma import Rule, RuleSet, compile_rules, needle_patterns
from alpheus.detect.sigma.examples import check_examples, check_sequence
from alpheus.detect.yara import YaraRules
from alpheus.knowledge.model import SigmaFile
from alpheus.knowledge.packs import FOLDER, pack_ids
from alpheus.knowledge.rule_files import read_sigma, read_yara
from alpheus.model import Citation, Event, Stage, TimeBasis, Weight
from benign_events import ADMINISTRATION, EVENTS, REQUESTS, Record

PACKS = pack_ids()
PATHS = sorted(path for pack in PACKS for path in (FOLDER / pack / "sigma").glob("*"))
YARA = sorted(path for pack in PACKS for path in (FOLDER / pack / "yara").glob("*.yar"))
TACTICS = frozenset(
    {
        "reconnaissance",
        "resource-development",
        "initial-access",
        "execution",
        "persistence",
        "privilege-escalation",
        "defense-evasion",
        "credential-access",
        "discovery",
        "lateral-movement",
        "collection",
        "command-and-control",
        "exfiltration",
        "impact",
    }
)


@dataclass(frozen=True)
class PageExample:
    """Content that a YARA rule must or must not match."""

    pack: str
    rule: str
    matches: bool
    content: bytes


@cache
def files() -> dict[str, SigmaFile]:
    """Every Sigma file of the packs, by the name of its rule."""
    return {
        str(file.document["name"]): file
        for path in PATHS
        for file in read_sigma(path.parent.parent.name, path)
    }


@cache
def rules() -> RuleSet:
    """All rules of the packs, compiled."""
    return compile_rules(list(files().values()))


@cache
def yara() -> YaraRules:
    """All YARA rules of the packs, compiled."""
    return YaraRules.compile([read_yara(path.parent.parent.name, path) for path in YARA])


def page_examples() -> list[PageExample]:
    """The examples beside the YARA rules, joined from their pieces."""
    found = []
    for pack in PACKS:
        path = FOLDER / pack / "yara" / "examples.yml"
        for entry in yaml.safe_load(path.read_text("utf-8")) if path.is_file() else ():
            body = "".join(entry["pieces"]).encode(entry.get("encoding", "utf-8"))
            content = bytes.fromhex(entry.get("head", "")) + body
            found.append(PageExample(pack, entry["rule"], entry["matches"], content))
    return found


def match(record: Record) -> list[Rule]:
    """The rules that a record matches."""
    source, fields = record
    citation = Citation("benign", "benign", line=1)
    time = datetime(2021, 3, 3, tzinfo=UTC)
    return rules().match(Event(source, time, TimeBasis.UTC, None, fields, citation))


def said(record: Record) -> str:
    """A record in short, for the name of a test."""
    return " ".join((record[0], *map(str, record[1].values())))[:70]


def test_every_rule_compiles() -> None:
    """No rule that ships is rejected."""
    assert not rules().rejected
    assert not yara().rejected


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_one_rule_per_file_named_after_it(path: Path) -> None:
    """A file holds one rule, named like the file, which begins with the name of its pack."""
    (file,) = read_sigma(path.parent.parent.name, path)
    assert path.suffix == ".yml"
    assert file.document["name"] == path.stem
    assert path.stem.startswith(f"{path.parent.parent.name}-")


def test_names_and_ids_are_unique() -> None:
    """No two rules share a name, an id or a title."""
    documents = [file.document for file in files().values()]
    assert len(documents) == len(PATHS)
    for key in ("name", "id", "title"):
        assert len({document[key] for document in documents}) == len(documents), key
    names = [info.id for info in yara().infos.values()]
    assert len(set(names) | set(files())) == len(names) + len(files())


@pytest.mark.parametrize("name", sorted(files()))
def test_a_rule_says_what_it_means(name: str) -> None:
    """A rule has the block, an id, references, false alarms, known tags, and a sentence."""
    file = files()[name]
    document, meaning = file.document, file.meaning
    assert meaning is not None
    assert meaning.summary
    assert UUID(str(document["id"])).version == 4
    assert document["references"]
    assert document["falsepositives"]
    tags = document["tags"]
    assert isinstance(tags, list)
    for tag in tags:
        known = re.fullmatch(r"attack\.t\d{4}(\.\d{3})?|cve\.\d{4}-\d{4,}", tag)
        assert known or tag.removeprefix("attack.") in TACTICS, tag
    assert meaning.techniques


@pytest.mark.parametrize("name", sorted(files()))
def test_context_bears_no_stage(name: str) -> None:
    """Context reaches no stage, so that a clean server shows none; proof reaches one."""
    meaning = files()[name].meaning
    assert meaning is not None
    assert (meaning.weight is Weight.CONTEXT) == (meaning.stage is Stage.NONE)
    if meaning.weight is Weight.PROOF:
        assert meaning.stage.rank >= Stage.EXPLOITED.rank
        assert not meaning.tie


@pytest.mark.parametrize("rule", rules().rules, ids=lambda rule: rule.id)
def test_examples_of_a_rule_hold(rule: Rule) -> None:
    """Positive examples match and are found by the needles; negative ones do not match."""
    assert check_examples(files()[rule.id], rule) == []


@pytest.mark.parametrize("correlation", rules().correlations, ids=lambda rule: rule.id)
def test_examples_of_a_sequence_hold(correlation: object) -> None:
    """The positive examples are a sequence that is found; the negative ones are not."""
    found = next(c for c in rules().correlations if c is correlation)
    assert check_sequence(files()[found.id], found, rules()) == []


@pytest.mark.parametrize("rule", rules().rules, ids=lambda rule: rule.id)
def test_a_summary_names_fields_of_the_examples(rule: Rule) -> None:
    """The places in a sentence are fields of a positive example of the rule, or common ones."""
    common = {"Computer", "User", "SubjectUserName", "EX", "CMD", "HttpStatus"}
    examples = [example for example in files()[rule.id].examples if example.matches]
    fields = {field for example in examples for field in example.fields} | common
    assert set(re.findall(r"\{([^{}]+)\}", rule.meaning.summary)) <= fields
    for name in (rule.meaning.client, rule.meaning.measure, *rule.meaning.names):
        assert name is None or name in fields | {"ResponseBytes", "sc-bytes"}


@pytest.mark.parametrize(
    "source", ["iis", "httpproxy", "ecp-server", "oabgenerator", "exchange-audit", "rps-cmdlet"]
)
def test_needles_spare_the_lines_of_a_text_log(source: str) -> None:
    """Every rule on a text log has a literal to search for, so that not every line is parsed."""
    assert needle_patterns(rules(), source).always == ()


def test_there_are_enough_benign_records() -> None:
    """The check against false alarms has at least forty records, and covers the main sources."""
    records = (*REQUESTS, *EVENTS)
    assert len(records) >= 40
    assert {"iis", "httpproxy", "ecp-server", "sysmon", "mft"} <= {source for source, _ in records}


@pytest.mark.parametrize("record", [*REQUESTS, *EVENTS], ids=said)
def test_benign_records_match_nothing(record: Record) -> None:
    """Ordinary records match no rule at all."""
    assert [rule.id for rule in match(record)] == []


@pytest.mark.parametrize("record", ADMINISTRATION, ids=said)
def test_administration_is_noted_but_proves_nothing(record: Record) -> None:
    """What an administrator does is context, or counts only when something ties it to an attack."""
    found = match(record)
    assert found
    for rule in found:
        assert rule.meaning.tie or rule.meaning.weight is Weight.CONTEXT, rule.id


@pytest.mark.parametrize(
    ("anchor", "status", "stage", "weight"),
    [
        ("ServerInfo~localhost/ecp/default.flt?", "200", "attempted", "indication"),
        ("ServerInfo~a]@m:444/autodiscover/a#", "500", "attempted", "indication"),
        ("ServerInfo~a]@m:444/autodiscover/a#", "200", "exploited", "indication"),
        ("ServerInfo~a]@m:444/mapi/emsmdb/#", "200", "exploited", "indication"),
        ("ServerInfo~a]@m:444/powershell/#", "200", "exploited", "indication"),
        ("ServerInfo~a]@m:444/ecp/proxyLogon.ecp#", "241", "exploited", "indication"),
        ("ServerInfo~a]@m:444/ecp/DDI/DDIService.svc/GetList?s#", "200", "exploited", "indication"),
        ("ServerInfo~a]@m:444/ecp/DDI/DDIService.svc/SetObject?s#", "200", "exploited", "proof"),
        (
            "ServerInfo~a]@m:444/ecp/DDI/DDIService.svc/SetObject?s#",
            "500",
            "attempted",
            "indication",
        ),
        (
            "ServerInfo~a]@m:444/ecp/DDI/DDIService.svc/SetObject?schema=ResetOABVirtualDirectory#",
            "200",
            "implanted",
            "proof",
        ),
        ("ServerInfo~m/ews/exchange.asmx?a=", "200", "spread", "proof"),
        ("ServerInfo~m/%65ws/exchange.asmx?a=", "200", "spread", "proof"),
        ("ServerInfo~m/owa/service.svc?a=", "200", "spread", "proof"),
    ],
)
def test_forged_requests_are_graded(anchor: str, status: str, stage: str, weight: str) -> None:
    """The strongest rule on a forged request says how far the attacker got with it."""
    fields = {"AnchorMailbox": anchor, "HttpStatus": status, "ClientIpAddress": "203.0.113.9"}
    found = match(("httpproxy", dict(fields)))
    best = max(found, key=lambda rule: (rule.meaning.weight.rank, rule.meaning.stage.rank))
    assert (best.meaning.stage, best.meaning.weight) == (stage, weight)


def test_a_yara_rule_says_what_it_means() -> None:
    """Every YARA rule has a slug, a title, a meaning, techniques and a reference."""
    for path in YARA:
        text = path.read_text("utf-8")
        for body in re.split(r"(?m)^rule ", text)[1:]:
            meta = dict(re.findall(r'(?m)^        (\w+) = "([^"]*)"', body))
            assert {"name", "title", "stage", "weight", "confidence"} <= set(meta), body[:40]
            assert meta["name"].startswith(f"{path.parent.parent.name}-page-")
            assert meta["reference"].startswith("https://")
            assert re.match(r"T\d{4}", meta["techniques"])


@pytest.mark.parametrize("example", page_examples(), ids=lambda e: f"{e.rule}-{e.matches}")
def test_examples_of_a_yara_rule_hold(example: PageExample) -> None:
    """A rule matches its positive examples, and no rule of the pack matches a negative one."""
    identifiers = {info.id: identifier for (_, identifier), info in yara().infos.items()}
    found = {identifiers[match.rule.id] for match in yara().match(example.content)}
    assert (example.rule in found) is example.matches
    if not example.matches:
        assert found == set()


def test_every_yara_rule_has_examples_of_both_kinds() -> None:
    """At least one positive and one negative example for each YARA rule, and none for others."""
    known = {identifier for _, identifier in yara().infos}
    assert {e.rule for e in page_examples() if e.matches} == known
    assert {e.rule for e in page_examples() if not e.matches} == known


def test_no_rule_file_is_a_page() -> None:
    """The files of the packs match none of the YARA rules: a scan does not find itself."""
    for path in (*PATHS, *YARA, *(p.parent / "examples.yml" for p in YARA)):
        assert yara().match(path.read_bytes()) == (), path
