"""What a knowledge pack is made of, once loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from alpheus.knowledge.build_number import BuildNumber
from alpheus.knowledge.collection import Collection
from alpheus.model import Confidence, Stage, Weight


@dataclass(frozen=True, slots=True)
class Example:
    """A record that a rule must (or must not) match; fields as its parser names them."""

    matches: bool
    source: str
    fields: Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RuleMeaning:
    """What a rule's match means for a verdict; in a Sigma file the block `alpheus:`.

    `summary` is the sentence of the story, with `{Field}` placeholders.
    `measure` names a numeric field whose sum is reported in bytes (mail theft).
    `names` are fields whose distinct values the finding lists (mailboxes, accounts).
    `client` is the field that holds the acting address.
    `tie`: True if the match is `context` unless it is tied to the web server, a shell or the
    attacker by a shared entity on the same server.
    """

    stage: Stage
    weight: Weight
    confidence: Confidence
    cves: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    summary: str = ""
    measure: str | None = None
    names: tuple[str, ...] = ()
    client: str | None = None
    tie: bool = False


@dataclass(frozen=True, slots=True)
class SigmaFile:
    """One Sigma rule, correlation or filter as parsed YAML; compiled in `alpheus.detect.sigma`.

    `place` tells where in the file it stands. `licence` is what the rule, or a licence file of
    its folder or one above, says; '' if nothing says it. `placeholders` are the values that the
    operator gives for the modifier `expand`.
    """

    pack: str
    path: Path
    document: Mapping[str, object]
    meaning: RuleMeaning | None
    examples: tuple[Example, ...] = ()
    place: str = ""
    licence: str = ""
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class YaraFile:
    """One file of YARA rules; each rule's `meta` carries stage, weight, confidence, title.

    `licence` is what a licence file of its folder or one above says; '' if there is none.
    """

    pack: str
    path: Path
    text: str
    licence: str = ""


class Indicator(msgspec.Struct, frozen=True, gc=False):
    """One row of `indicators.csv`.

    `type`: sha256, sha1, md5, ip, domain, user-agent, page (path below the install directory or
    the web root, lower case, `/`), defender, task. `tlp` says to whom it may be told, as in
    `TLP:AMBER`; '' where nobody said. After `until` (UTC) it means nothing any more.
    """

    pack: str
    type: str
    value: str
    meaning: str
    stage: Stage
    weight: Weight
    confidence: Confidence
    source: str
    note: str = ""
    tlp: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mitigation:
    """A configuration that mitigates CVEs: `match` maps fields of an event to regular expressions.

    An expression is searched for without regard to case; an absent field counts as empty.
    `together` names other mitigations that must be seen too before the CVEs count as mitigated.
    `undone_by` matches a later event of the same source that ends this one. See
    `alpheus.knowledge.mitigations`.
    """

    name: str
    cves: tuple[str, ...]
    source: str
    match: Mapping[str, str]
    together: tuple[str, ...] = ()
    undone_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """The deciding window of a campaign; `early_from` is reported, and changes no verdict."""

    start: datetime
    end: datetime
    early_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecidingGroup:
    """Sources of which any one covers for the others."""

    name: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaybookStep:
    """A next step of the playbook and the condition under which it is offered."""

    when: str
    priority: int
    action: str
    why: str


@dataclass(frozen=True, slots=True)
class FixedBuild:
    """The first build that holds a fix, of the product `product`.

    It speaks for builds from `begins` up to, and without, `below`; where these are None, for the
    builds that share its first three parts.
    """

    cve: str
    build: BuildNumber
    name: str
    product: str = ""
    begins: BuildNumber | None = None
    below: BuildNumber | None = None

    def speaks_for(self, build: BuildNumber) -> bool:
        """Whether it tells if this build is fixed."""
        if self.begins is None or self.below is None:
            return self.build.prefix == build.prefix
        return self.begins <= build < self.below


@dataclass(frozen=True, slots=True)
class ProductSign:
    """What shows that a product is on a server, or which build of it.

    `kind`: `source` (`value` is a label of coverage, with `*` for any end), `page` (`value` is a
    regular expression that is searched for in the URL stem, lower case, of a server page that
    answered), `rule` (`value` names a rule that only the product makes match) or `header` (`value`
    names a header of its answers that says its build).
    """

    product: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A rule file of the operator's own that could not be used, and where and why."""

    path: Path
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Entries of a file of indicators that were not used, why, and how many."""

    path: Path
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Pack:
    """A campaign as data.

    `left_out` and `digest` (SHA-256 of the content) are those of indicators that others share.
    `rejected` is filled for foreign rules only; ours must all be right.

    `collection` is what the pack adds to the table of what to collect, `signs` what it adds to the
    table of products. `name` is what people call the campaign. `builds_on` are ids of packs
    without a window whose rules and playbook serve this one as well. `fixed_builds` answer for
    CVEs that the table of builds does not cover (see `knowledge.fixes`).
    """

    id: str
    version: str
    title: str
    folder: Path
    products: tuple[str, ...]
    cves: tuple[str, ...]
    window: Window | None
    deciding: tuple[DecidingGroup, ...]
    other_sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sigma: tuple[SigmaFile, ...] = ()
    yara: tuple[YaraFile, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    playbook: tuple[PlaybookStep, ...] = ()
    references: tuple[str, ...] = ()
    rejected: tuple[RejectedFile, ...] = ()
    collection: Collection = field(default_factory=Collection)
    name: str = ""
    builds_on: tuple[str, ...] = ()
    signs: tuple[ProductSign, ...] = ()
    fixed_builds: tuple[FixedBuild, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    digest: str = ""

    @property
    def called(self) -> str:
        """What people call it; the id where the pack gives no name."""
        return self.name or self.id
