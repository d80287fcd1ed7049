"""What pages and programs have in common about jobs: their list as a file, and their reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from litestar.exceptions import NotFoundException
from litestar.response import File

from alpheus.web.jobs.service import REPORTS, Jobs
from alpheus.web.jobs.uploads import safe_name
from alpheus.web.rendering import AnyRequest

COLUMNS = ("id", "kind", "name", "who", "organisation", "state", "made", "started", "finished",
           "bytes", "added", "known", "lost", "sha256", "note")  # fmt: skip
_AT_ONCE = 500
INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A report opens with its own style and pictures and does nothing."""


def jobs_of(request: AnyRequest) -> Jobs:
    """The jobs of this console."""
    found: Jobs = request.app.state.jobs
    return found


def portions(request: AnyRequest, asked: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    """All jobs that one may see of a `kind`, a `state` and of somebody (`who`), by `COLUMNS`."""
    before = 0
    while found := jobs_of(request).page(
        request.user, before=before, size=_AT_ONCE, kind=asked["kind"], state=asked["state"],
        who=asked["who"],
    ):  # fmt: skip
        yield [
            {**msgspec.structs.asdict(one), **msgspec.structs.asdict(one.result), "id": one.id,
             "bytes": one.size, "sha256": " ".join(one.result.sha256), "note": str(one.note)}
            for one in found
        ]  # fmt: skip
        before = found[-1].id


def report_file(request: AnyRequest, number: int, name: str) -> File:
    """A report of a job, to be kept; it does nothing wherever it is opened.

    Raises NotFoundException where there is none that one may see.
    """
    jobs = jobs_of(request)
    job = jobs.find(request.user, number)
    place = jobs.report(job, name)
    if place is None:
        raise NotFoundException
    stem = safe_name(job.name).rpartition(".")[0] or safe_name(job.name)
    return File(
        place, filename=f"{stem}-{name}", media_type=REPORTS[name],
        content_disposition_type="attachment", headers={"content-security-policy": INERT},
    )  # fmt: skip
