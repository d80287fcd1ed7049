"""Assessments that are kept, as a clean-up reads them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.assessment_model import Outline
from alpheus.cases.assessments import Kept, read, written
from alpheus.cases.schema import imports, observations
from alpheus.errors import DatabaseError, RefusedError
from alpheus.report.assessment_file import SCHEMA, Assessment

_CONTEXT = "context"


def assessment_of(connection: Connection, observation: int) -> Assessment:
    """The assessment that an observation is, with one server. Raises RefusedError for none.

    Its `digest` is the SHA-256 of the file that it came from, so that a plan made of it is one of
    that file.
    """
    kept = read(connection, observation)
    if kept is None:
        raise RefusedError(f"of observation {observation} no whole assessment is kept")
    return read_kept(kept, digest_of(connection, observation))


def digest_of(connection: Connection, observation: int) -> str:
    """The SHA-256 of the file that an observation came from; '' for none."""
    o, i = observations.c, imports.c
    query = (
        select(i.sha256)
        .select_from(observations.join(imports, i.id == o.import_id))
        .where(o.id == observation)
    )
    return connection.execute(query).scalar() or ""


def read_kept(kept: Kept, digest: str) -> Assessment:
    """The same of one that was read. Raises DatabaseError where it makes no sense.

    Citations of what is mere context are left out: no step and no comparison looks at them.
    """
    outline = kept.outline
    latest = _latest(outline)
    told = msgspec.to_builtins(outline)
    found: list[dict[str, Any]] = []
    for number, one in enumerate(told["findings"]):
        is_context = one.get("weight", _CONTEXT) == _CONTEXT
        cited = () if is_context else (*kept.citations(number), *kept.more_files(number))
        found.append({
            "pack": "", "time": None, "stage": "none", "weight": _CONTEXT, "confidence": "low",
            **one, "last": one.get("last") or latest.get(number),
            "citations": [{"evidence": "", "path": "", **msgspec.to_builtins(c)} for c in cited],
        })  # fmt: skip
    server = {
        "name": outline.name, "product": outline.product, "verdict": outline.verdict,
        "stage": outline.stage, "headline": outline.headline, "findings": found,
        "cves": told["cves"], "coverage": told["coverage"],
        "aliases": told.get("aliases") or (), "pages": told.get("pages"),
        "build": told.get("build"),
    }  # fmt: skip
    whole = {
        "schema": SCHEMA,
        "run": told["run"],
        "servers": [server],
        "digest": digest,
        "evidence": [{"name": one.get("name", "")} for one in told.get("evidence", ())],
    }
    try:
        return msgspec.convert(whole, Assessment)
    except msgspec.ValidationError as error:
        raise DatabaseError(f"an assessment that is kept cannot be read: {error}") from error


def _latest(outline: Outline) -> dict[int, str]:
    """When the last dated record of each finding was; for assessments that came before `last`."""
    found: dict[int, int] = {}
    for record in outline.records:
        for number in (record.finding, *record.others):
            found[number] = record.time
    return {number: written(time) for number, time in found.items()}
