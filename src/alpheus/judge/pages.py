"""Server pages: what a file, a request, or both together prove.

A page is judged by where it lies and whether the product ships it, then by its hash, then by its
content. A request counts as use only when it was answered 2xx. A page that is gone is judged by
its requests alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from alpheus.detect.model import PageMatch, PageUse, RuleInfo, ServerPage, text_of
from alpheus.detect.page_use import request_of
from alpheus.judge.findings import finding_from, more_files
from alpheus.judge.record import ServerRecord
from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.indicators import Indicators
from alpheus.knowledge.model import RuleMeaning
from alpheus.model import (
    CITATION_LIMIT,
    Citation,
    Confidence,
    Event,
    Finding,
    Stage,
    Weight,
)

PACK = "iis-webshell"
_COMMON_NAMES = frozenset({"default.aspx", "index.aspx", "default.asp", "index.php", "login.aspx"})
_GUESSES = 3


def _rule(id_: str, title: str, stage: Stage, weight: Weight, confidence: Confidence) -> RuleInfo:
    techniques = ("T1505.003",) if stage.rank >= Stage.IMPLANTED.rank else ()
    return RuleInfo(
        id_, PACK, title, RuleMeaning(stage, weight, confidence, techniques=techniques)
    )  # fmt: skip


FOREIGN = _rule(
    "page-foreign",
    "A server page lies where only the product's own pages belong",
    Stage.IMPLANTED, Weight.INDICATION, Confidence.MEDIUM,
)  # fmt: skip
PUBLISHED = _rule(
    "page-published-name",
    "A server page has the path of a published web shell",
    Stage.IMPLANTED, Weight.INDICATION, Confidence.MEDIUM,
)  # fmt: skip
MODIFIED = _rule(
    "page-modified",
    "A page of the product was changed: its hash is that of no known build",
    Stage.IMPLANTED, Weight.INDICATION, Confidence.MEDIUM,
)  # fmt: skip
UNLISTED = _rule(
    "page-unlisted",
    "A page of the product has a hash that is not listed; its build is not among those that are",
    Stage.NONE,
    Weight.CONTEXT,
    Confidence.LOW,
)
USED_SHELL = _rule(
    "page-used-shell",
    "A web shell answered requests",
    Stage.OPERATED, Weight.PROOF, Confidence.HIGH,
)  # fmt: skip
USED_FOREIGN = _rule(
    "page-used-foreign",
    "A server page that does not belong there answered requests",
    Stage.OPERATED, Weight.INDICATION, Confidence.MEDIUM,
)  # fmt: skip
GUESSED = _rule(
    "page-guessed",
    "Somebody asked for web shells that are not there",
    Stage.PROBED, Weight.INDICATION, Confidence.MEDIUM,
)  # fmt: skip
RARE = _rule(
    "page-rare",
    "A rare page is used as a web shell is used",
    Stage.OPERATED, Weight.INDICATION, Confidence.LOW,
)  # fmt: skip

RULES = (FOREIGN, PUBLISHED, MODIFIED, UNLISTED, USED_SHELL, USED_FOREIGN, GUESSED, RARE)


@dataclass(slots=True)
class PageKnowledge:
    """What pages are compared with.

    `builds` were seen running; `written` are paths that other records say were written;
    `exploited`: something else proves that the server was exploited.
    """

    baseline: Baseline
    indicators: Indicators
    builds: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    exploited: bool = False

    def covers(self, relative: str | None) -> bool:
        """Whether the baseline holds every build that was seen: then a difference counts."""
        return (
            relative is not None
            and bool(self.builds)
            and all(self.baseline.covers(build, relative) for build in self.builds)
        )


@dataclass(slots=True)
class PageFindings:
    """Findings about pages, and the URL stems and file names of what was proven to be a shell."""

    findings: list[Finding] = field(default_factory=list)
    shells: set[str] = field(default_factory=set)


def judge_pages(record: ServerRecord, knowledge: PageKnowledge) -> PageFindings:
    """Judge every page found as a file, then every page that was asked for."""
    result = PageFindings()
    by_rule: dict[tuple[str, Weight], list[tuple[RuleInfo, ServerPage, PageMatch | None]]] = {}
    for page in record.pages:
        for rule, match in _verdicts_on_file(page, knowledge):
            key = (rule.id, rule.meaning.weight)
            by_rule.setdefault(key, []).append((rule, page, match))
            if rule.meaning.weight is Weight.PROOF:
                result.shells.add(page.windows_path)
    result.findings.extend(_file_finding(found, record) for found in by_rule.values())
    _judge_uses(record, knowledge, result)
    return result


# --- files ---


def _verdicts_on_file(
    page: ServerPage, knowledge: PageKnowledge
) -> Iterable[tuple[RuleInfo, PageMatch | None]]:
    if page.known_hash:
        return
    for match in page.matches:
        yield match.rule, match
    published = knowledge.indicators.page(page.relative or page.windows_path)
    if published is not None and not page.known_name:
        yield _with_weight(PUBLISHED, published.weight), None
    elif _is_foreign(page, knowledge):
        yield FOREIGN, None
    elif page.known_name and not page.windows_path.endswith((".config", ".master")):
        yield MODIFIED if knowledge.covers(page.relative) else UNLISTED, None


def _is_foreign(page: ServerPage, knowledge: PageKnowledge) -> bool:
    if page.known_name:
        return False
    return page.place is not None or knowledge.covers(page.relative)


def _file_finding(
    found: list[tuple[RuleInfo, ServerPage, PageMatch | None]], record: ServerRecord
) -> Finding:
    rule = found[0][0]
    latest = record.latest()
    times = sorted(
        page.modified
        for _, page, _ in found
        if page.modified is not None and latest is not None and page.modified <= latest
    )
    citations = tuple(_cite(page, match) for _, page, match in found)
    names = ", ".join(dict.fromkeys(page.windows_path for _, page, _ in found[:5]))
    return Finding(
        rule=rule.id,
        pack=rule.pack,
        title=rule.title,
        stage=rule.meaning.stage,
        weight=rule.meaning.weight,
        confidence=rule.meaning.confidence,
        time=times[0] if times else None,
        last=times[-1] if times else None,
        cves=rule.meaning.cves,
        techniques=rule.meaning.techniques,
        citations=citations[:CITATION_LIMIT],
        more_files=more_files(citations),
        citations_total=len(citations),
        detail=names,
    )


def _cite(page: ServerPage, match: PageMatch | None) -> Citation:
    cited = page.citation
    if match is None:
        return replace(cited, line=None, text="")
    return replace(cited, line=match.line, text=match.text)


def _with_weight(rule: RuleInfo, weight: Weight) -> RuleInfo:
    meaning = rule.meaning
    return RuleInfo(
        rule.id, rule.pack, rule.title,
        RuleMeaning(
            meaning.stage, weight, meaning.confidence,
            techniques=meaning.techniques, client=meaning.client,
        ),
    )  # fmt: skip


# --- requests ---


def _judge_uses(record: ServerRecord, knowledge: PageKnowledge, result: PageFindings) -> None:
    grouped: dict[tuple[str, Weight], list[PageUse]] = {}
    guessed: list[PageUse] = []
    for stem, uses in record.uses.items():
        if any(use.succeeded for use in uses):
            rule = _verdict_on_use(stem, uses, knowledge, result)
            if rule is not None:
                grouped.setdefault((rule.id, rule.meaning.weight), []).extend(uses)
        elif _is_guess(stem, knowledge):
            guessed.extend(uses)
    for (rule_id, weight), uses in grouped.items():
        base = USED_SHELL if rule_id == USED_SHELL.id else USED_FOREIGN
        result.findings.append(_use_finding(_with_weight(base, weight), uses))
        if weight is Weight.PROOF:
            result.shells.update(use.stem for use in uses)
    if len(guessed) >= _GUESSES:
        result.findings.append(_use_finding(GUESSED, guessed))


def _verdict_on_use(
    stem: str, uses: list[PageUse], knowledge: PageKnowledge, result: PageFindings
) -> RuleInfo | None:
    if _is_written(stem, (*result.shells, *knowledge.written)):
        return USED_SHELL
    place = knowledge.baseline.closed_place(stem)
    published = knowledge.indicators.page(stem)
    if published is not None and (place is not None or published.weight is Weight.PROOF):
        return USED_SHELL if published.weight is Weight.PROOF else USED_FOREIGN
    if place is None:
        return None
    posted = any(request_of(event)[0] == "POST" for use in uses for event in use.succeeded)
    if knowledge.exploited or (posted and place == "aspnet_client"):
        return USED_SHELL
    return USED_FOREIGN


def _is_written(stem: str, paths: Iterable[str]) -> bool:
    """Whether a page asked for is one of the files known to be shells."""
    name = stem.rpartition("/")[2]
    for path in paths:
        if path.endswith(stem):
            return True
        if path.rpartition("/")[2] == name and name not in _COMMON_NAMES:
            return True
    return False


def _is_guess(stem: str, knowledge: PageKnowledge) -> bool:
    return (
        knowledge.indicators.page(stem) is not None
        or knowledge.baseline.closed_place(stem) is not None
    )


def _use_finding(rule: RuleInfo, uses: list[PageUse]) -> Finding:
    guessed = rule.id == GUESSED.id
    events: list[Event] = [e for use in uses for e in (use.others if guessed else use.succeeded)]
    total = sum(
        count
        for use in uses
        for (_, status), count in use.answers.items()
        if guessed or 200 <= status < 300
    )
    clients = dict.fromkeys(client for use in uses for client in use.clients)
    stems = ", ".join(dict.fromkeys(use.stem for use in uses[:5]))
    detail = f"{stems}; {len(clients)} client{'s' if len(clients) != 1 else ''}"
    if any(use.passed_by for use in uses):
        detail += f"; at least {total:,} requests: so many that the rest was not counted"
    weight, stage = rule.meaning.weight, rule.meaning.stage
    if events and all(event.malformed for event in events):
        weight, stage = Weight.CONTEXT, Stage.PROBED
        detail += "; the record is not as its writer writes it: edited or damaged"
    found = finding_from(rule, events, total=total, weight=weight, stage=stage, detail=detail)
    return _with_clients(found, tuple(clients)[:8])


def _with_clients(finding: Finding, clients: tuple[str, ...]) -> Finding:
    return replace(finding, clients=clients)


def written_pages(events: Iterable[Event]) -> tuple[str, ...]:
    """Paths of pages that records of stage `implanted` say were written, lower case with `/`."""
    paths = []
    for event in events:
        for name in ("TargetFilename", "VirtualPath"):
            value = text_of(event, name).lower().replace("\\", "/")
            if value:
                paths.append(value.lstrip("~"))
    return tuple(paths)
