"""The list of universities by Hipo: an array of objects with `name`, `domains` and `country`."""

from __future__ import annotations

from collections.abc import Iterator

from alpheus.directory.importers import cells
from alpheus.directory.importers.model import Context, Entry
from alpheus.directory.model import Organisation
from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source

_TAKEN = frozenset({"name", "domains", "country", "alpha_two_code", "state-province"})


def read(source: Source, context: Context) -> Iterator[Entry]:
    """One organisation for each university."""
    for item in records(source):
        if isinstance(item, Loss):
            yield item
            continue
        row, record = item
        found, bad = cells.domains(",".join(fields.texts_of(record.get("domains"))))
        for text in bad[:5]:
            yield Loss(row, f"'{text[:80]}' is no domain: left out")
        name = cells.text(fields.text_at(record, "name"))
        if not (name and found):
            yield Loss(row, "no name" if not name else "no domain")
            continue
        yield _organisation(record, name, found, source.name, context.kind)


def _organisation(
    record: Record, name: str, domains: list[str], source: str, kind: str
) -> Organisation:
    return Organisation(
        name=name, kind=kind, source=source, domains=tuple(domains), sector="university",
        country=cells.country(fields.text_at(record, "alpha_two_code"))
        or cells.country(fields.text_at(record, "country")),
        region=cells.region(fields.text_at(record, "state-province")),
        attributes=fields.flatten(record, _TAKEN),
    )  # fmt: skip
