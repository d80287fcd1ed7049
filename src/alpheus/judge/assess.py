"""The order in which one server is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit
from alpheus.detect.model import FileMatch
from alpheus.judge.campaigns import Judged, judge_campaigns
from alpheus.judge.coverage import Window, coverage_table
from alpheus.judge.findings import findings_of_hits
from alpheus.judge.hashes import with_hashes
from alpheus.judge.headline import headline
from alpheus.judge.identity import Identity
from alpheus.judge.next_steps import next_steps
from alpheus.judge.own_addresses import own_addresses
from alpheus.judge.pages import PageKnowledge, judge_pages, written_pages
from alpheus.judge.patch import PatchTimeline, patch_timeline
from alpheus.judge.rarity import judge_rarity
from alpheus.judge.record import ServerRecord, gather
from alpheus.judge.sequences import findings_of_sequences
from alpheus.judge.story import tell
from alpheus.judge.ties import anchors_of
from alpheus.judge.unlisted import unlisted
from alpheus.judge.verdict import confidence_of, counts, stage_of, worst
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.fixes import product_by_fixes
from alpheus.knowledge.products import EXCHANGE, signs_of, telling
from alpheus.model import Citation, Evidence, Finding, ServerAssessment, Stage, Weight
from alpheus.parsers.ncsa import LABEL


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges servers with compiled knowledge."""

    kit: Kit
    builds: Builds

    def servers(
        self, collector: Collector, evidence: tuple[Evidence, ...]
    ) -> tuple[ServerAssessment, ...]:
        """Every server in the evidence, the gravest first."""
        records = gather(collector, evidence)
        records.extend(_empty(records, collector, evidence))
        assessed = [self._server(record, collector) for record in records]
        return tuple(
            sorted(assessed, key=lambda s: (-s.verdict.rank, -s.stage.rank, s.name.lower()))
        )

    def _server(self, record: ServerRecord, collector: Collector) -> ServerAssessment:
        patches = patch_timeline(record, self.kit.packs, self.builds)
        findings = self._findings(record, collector, patches)
        judged = judge_campaigns(record, self.kit.packs, findings, patches)
        verdict = worst(j.campaign for j in judged)
        assessed = [f for j in judged if j.campaign.assessed for f in j.findings]
        stage = stage_of(assessed)
        covered = any(
            j.coverage is not None and j.coverage.complete for j in judged if j.campaign.assessed
        )
        deciding, window = _deciding(judged)
        name = record.identity.name
        return ServerAssessment(
            name=name,
            aliases=tuple(sorted(record.identity.aliases - {name})),
            product=self._product(record, patches),
            build=patches.build,
            cves=patches.states,
            verdict=verdict,
            stage=stage,
            confidence=confidence_of(verdict, findings, covered=covered),
            headline=headline(
                name,
                verdict=verdict,
                stage=stage,
                findings=assessed,
                judged=judged,
                patches=patches,
            ),
            campaigns=tuple(j.campaign for j in judged),
            findings=tuple(findings),
            story=tell(assessed),
            coverage=coverage_table(record, deciding, window),
            next_steps=next_steps(
                judged,
                self.kit.packs,
                verdict,
                stage,
                patches.states,
                seen=frozenset(label for label, hours in record.hours.items() if hours.files),
            ),
            packages=tuple(sorted(record.named_in)),
            pages=unlisted(record.pages, record.code),
            addresses=own_addresses(record),
        )

    def _findings(
        self, record: ServerRecord, collector: Collector, patches: PatchTimeline
    ) -> list[Finding]:
        sequences = findings_of_sequences(record, self.kit.rules)
        pages = judge_pages(record, self._page_knowledge(record, sequences, patches))
        rare = judge_rarity(record, pages.shells, collector.start, collector.end)
        shells = {path.rpartition("/")[2] for path in pages.shells}
        anchors = anchors_of(record, collector.processes, shells)
        hits = findings_of_hits(record, anchors, collector.processes)
        hashes = [_hash_finding(match) for match in record.file_matches]
        silent = self.kit.rules.silent | telling(self.kit.packs)
        of_rules = (one for one in (*hits, *sequences) if one.rule not in silent)
        found = (*of_rules, *pages.findings, *rare, *hashes)
        hashed = (with_hashes(finding, collector.hashes) for finding in found)
        return sorted(hashed, key=_gravest)

    def _page_knowledge(
        self, record: ServerRecord, sequences: Sequence[Finding], patches: PatchTimeline
    ) -> PageKnowledge:
        groups = [g for g in record.hits if not g.raw and not g.rule.meaning.tie]
        written = [
            event
            for group in groups
            if group.rule.meaning.stage.rank >= Stage.IMPLANTED.rank
            and group.rule.meaning.weight is not Weight.CONTEXT
            for event in group.kept()
        ]
        proven = any(
            group.rule.meaning.weight is Weight.PROOF
            and group.rule.meaning.stage.rank >= Stage.EXPLOITED.rank
            and group.rule.meaning.cves
            for group in groups
        ) or any(counts(f) and f.weight is Weight.PROOF for f in sequences)
        return PageKnowledge(
            baseline=self.kit.baseline,
            indicators=self.kit.indicators,
            builds=tuple(dict.fromkeys(str(s.build) for s in patches.sightings)),
            written=written_pages(written),
            exploited=proven,
        )

    def _product(self, record: ServerRecord, patches: PatchTimeline) -> str:
        if record.is_exchange:
            for sighting in reversed(patches.sightings):
                product = self.builds.product_of(sighting.build)
                if product:
                    return product
            return EXCHANGE
        for sighting in reversed(patches.sightings):
            product = product_by_fixes(sighting.build, self.kit.packs)
            if product:
                return product
        seen = record.products(signs_of(self.kit.packs))
        if seen:
            return seen[0]
        return _at_least(record)


def _at_least(record: ServerRecord) -> str:
    """What a server is of which no sign tells a product."""
    if record.is_web_server:
        return "Microsoft IIS"
    if LABEL in record.hours:
        return "web server"
    return "Windows" if record.hours else "unknown"


def _empty(
    records: Sequence[ServerRecord], collector: Collector, evidence: tuple[Evidence, ...]
) -> list[ServerRecord]:
    """A package in which nothing was understood still gets an answer."""
    known = {record.identity.name for record in records}
    spoken_for = {origin.evidence for origin in collector.origins}
    return [
        ServerRecord(Identity(item.name))
        for item in evidence
        if item.id not in spoken_for and item.name not in known
    ]


def _deciding(judged: Sequence[Judged]) -> tuple[frozenset[str], Window | None]:
    """The deciding sources of the campaigns in question, and the window of the first."""
    relevant = [j for j in judged if j.pack is not None and j.campaign.assessed]
    relevant = relevant or [j for j in judged if j.pack is not None]
    labels = frozenset(
        label for j in relevant if j.pack for group in j.pack.deciding for label in group.any_of
    )
    for item in relevant:
        if item.campaign.window_from and item.campaign.window_to:
            return labels, Window(item.campaign.window_from, item.campaign.window_to)
    return labels, None


def _hash_finding(match: FileMatch) -> Finding:
    meaning = match.rule.meaning
    cited: Citation = match.citation
    return Finding(
        rule=match.rule.id, pack=match.rule.pack, title=match.rule.title, stage=meaning.stage,
        weight=meaning.weight, confidence=meaning.confidence, time=match.time, last=match.time,
        cves=meaning.cves, techniques=meaning.techniques, citations=(cited,), citations_total=1,
        detail=cited.path, tlp=match.rule.tlp,
    )  # fmt: skip


def _gravest(finding: Finding) -> tuple[int, int, str, str, str, str]:
    when = finding.time.isoformat() if finding.time else "~"
    weight, stage = -finding.weight.rank, -finding.stage.rank
    return weight, stage, when, finding.rule, finding.summary, finding.detail
