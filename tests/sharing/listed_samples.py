"""What a list of victims is made of, and what is read of it again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from alpheus.exposure.imports import ImportedFile
from alpheus.exposure.model import Observation
from alpheus.model import PatchState, Stage, Verdict
from alpheus.report.assessment_file import Assessment, Build, CveState
from alpheus.sharing.forms import FORMS, Given
from alpheus.sharing.moments import finished
from alpheus.sharing.policy import Policy

OPEN = {"CVE-2021-26855": CveState(PatchState.VULNERABLE),
        "CVE-2021-27065": CveState(PatchState.VULNERABLE),
        "CVE-2020-0688": CveState(PatchState.FIXED)}  # fmt: skip
NEVER = Verdict.NO_EVIDENCE


def fleet(assessment: Assessment) -> Assessment:
    """A victim that is open too, one that is suspicious, one that is open alone, one of neither."""
    first = msgspec.structs.replace(
        assessment.servers[0], product="Microsoft Exchange Server 2016",
        aliases=("EX01",), cves=OPEN, build=Build("15.1.2106.6"),
    )  # fmt: skip

    def other(name: str, verdict: Verdict, **more: Any) -> Any:
        return msgspec.structs.replace(
            first, name=name, aliases=(), verdict=verdict, stage=Stage.PROBED, **more
        )

    doubtful = tuple(one for one in first.findings if one.rule == "page-modified")
    return msgspec.structs.replace(assessment, servers=(
        first, other("mail.b.example", Verdict.SUSPICIOUS, cves={}, findings=doubtful),
        other("mail.c.example", Verdict.ATTEMPTED),
        other("mail.d.example", NEVER, cves={}),
    ))  # fmt: skip


def with_addresses(assessment: Assessment) -> Assessment:
    """An assessment whose first server has addresses of its own."""
    first = msgspec.structs.replace(assessment.servers[0], addresses=("8.8.4.4", "10.1.2.3"))
    return msgspec.structs.replace(assessment, servers=(first, *assessment.servers[1:]))


def written(form: str, assessment: Assessment, policy: Policy) -> bytes:
    """The fleet in a form."""
    known = list(policy.allowed([fleet(assessment)]))
    return FORMS[form](Given(known, policy, "A CERT", finished(assessment)))


def read_again(content: bytes, folder: Path) -> tuple[list[Observation], ImportedFile]:
    """What `alpheus import` makes of it."""
    path = folder / "list"
    path.write_bytes(content)
    file = ImportedFile(path)
    return list(file.observations()), file


def are_as_told(found: Iterable[Observation]) -> None:
    """They have the build and the open flaw of the first of the fleet."""
    for one in found:
        assert (one.exchange, one.build) == (True, "15.1.2106.6")
        assert one.cves["CVE-2021-26855"].state == "vulnerable"
        assert one.cves["CVE-2020-0688"].state == "fixed"


def are_of_the_sender(found: Iterable[Observation]) -> None:
    """Each says who told it, and to whom it may be told."""
    for one in found:
        assert one.provenance is not None
        assert (one.provenance.source, one.provenance.tlp) == ("A CERT", "TLP:GREEN")
