"""What new evidence lost, and might have hidden a page or a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alpheus.report.assessment_file import Assessment
from alpheus.respond.verification_evidence import LOGS


def missing(new: Assessment, unopened: Iterable[str] = ()) -> Iterator[str]:
    """Each loss in a sentence; `unopened` are packages, as `PATH: why`.

    Single rows of a log that cannot be read hide no log and no page; they are not among them.
    """
    names = {one.id: one.name for one in new.evidence}
    for text in unopened:
        yield f"{text}; bring this package again"
    for one in new.skipped:
        if one.offset is None or not one.path.lower().endswith(LOGS):
            where = "/".join(part for part in (names.get(one.evidence, ""), one.path) if part)
            yield f"{where or 'the new evidence'}: {one.reason}; bring it again whole"
