"""Whole assessments of servers, kept beside their observations: what proves a verdict.

An assessment is kept as frames of Zstandard, each of them JSON: an outline of all that was found,
then the citations of each finding. Whoever looks at one finding reads two frames, however many
there are. Texts stay as `alpheus triage` wrote them: secrets in them are keyed hashes, and what
they stand for is in no frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select

from alpheus.cases.assessment_model import (
    Citation,
    Coverage,
    Finding,
    Found,
    Head,
    Outline,
    Pages,
    Record,
    Whole,
)
from alpheus.cases.bulk import add_rows
from alpheus.cases.console_schema import assessments
from alpheus.cases.identity import Kind
from alpheus.cases.questions import Question, of_tables
from alpheus.cases.schema import Derived, imports, observations
from alpheus.errors import DatabaseError
from alpheus.model import bounded_days

if TYPE_CHECKING:
    import zstandard

MOST_FINDINGS = 5_000
"""Findings of a server that are kept, the gravest first."""
MOST_CITATIONS = 100
"""Citations of a finding that are kept; `alpheus triage` writes no more."""
MOST_FILES = 200_000
"""Files that a finding condemns beyond its citations."""
MOST_PAGES = 5_000
"""Pages that no list of the product has; `alpheus triage` names no more."""
MOST_SKIPPED = 1_000
"""Losses that are kept."""
SHOWN = 100
"""Assessments of a server that are listed, the newest first."""

_LEVEL = 6
_LARGEST_FRAME = 64 << 20
_ISO = r"(\d{4})-(\d\d)-(\d\d)[T ,](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,7}))?\s?(Z|[+-]\d\d:?\d\d)?"
_TIME = re.compile(rf'^[\s"]*{_ISO}|SystemTime"?\s*[=:]\s*["\']{_ISO}', re.IGNORECASE)
_PARTS = 8
_NEAR = 2_000
_ZONE_STEP = 15 * 60_000
_WIDEST_ZONE = 14 * 3_600_000
_WEIGHTS = {"proof": 2, "indication": 1, "context": 0}


_read_whole = msgspec.json.Decoder(Whole).decode
_read_outline = msgspec.json.Decoder(Outline).decode
_read_citations = msgspec.json.Decoder(list[Citation]).decode
_write = msgspec.json.Encoder().encode


def packed(server: msgspec.Raw | bytes, head: Head) -> bytes:
    """A server of a document as it is kept. Raises msgspec.MsgspecError for what is none."""
    whole = _read_whole(server)
    found = sorted(whole.findings, key=_gravity)
    kept, compress = found[:MOST_FINDINGS], _compressor().compress
    quotes = [one.citations[:MOST_CITATIONS] for one in kept]
    frames = [compress(_write(each)) for each in quotes]
    more = [compress(_write(one.more_files[:MOST_FILES])) if one.more_files else b""
            for one in kept]  # fmt: skip
    records, undated = _records(kept, quotes)
    outline = Outline(
        whole.name, whole.aliases, whole.product, whole.build, whole.cves, whole.verdict,
        whole.stage, whole.confidence, whole.headline, whole.campaigns,
        tuple(_without(one, len(each)) for one, each in zip(kept, quotes, strict=True)),
        whole.story, _bounded(whole.coverage), whole.next_steps, head.evidence,
        head.skipped[:MOST_SKIPPED], len(head.skipped), head.run, records, undated,
        len(found) - len(kept), tuple(map(len, frames)), pages=_named(whole.pages),
        more=tuple(map(len, more)) if any(more) else (),
    )  # fmt: skip
    return b"".join([compress(_write(outline)), *frames, *more])


def _named(pages: Pages | None) -> Pages | None:
    if pages is None:
        return None
    code = pages.code
    if code is not None:
        code = msgspec.structs.replace(code, files=code.files[:MOST_PAGES])
    return msgspec.structs.replace(pages, files=pages.files[:MOST_PAGES], code=code)


def _bounded(coverage: Iterable[Coverage]) -> tuple[Coverage, ...]:
    return tuple(msgspec.structs.replace(one, days=bounded_days(one.days)) for one in coverage)


class Kept:
    """An assessment as it is kept. Raises DatabaseError where it cannot be read."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def outline(self) -> Outline:
        """All but the quotes."""
        return self._opened[0]

    def citations(self, finding: int) -> list[Citation]:
        """The citations of a finding, by its place in the outline; none where there is none."""
        return self._framed(self.outline.frames, finding, 0)

    def more_files(self, finding: int) -> list[Citation]:
        """Files that it condemns beyond its citations; a clean-up takes these, too."""
        return self._framed(self.outline.more, finding, sum(self.outline.frames))

    def _framed(self, frames: Sequence[int], finding: int, begin: int) -> list[Citation]:
        rest = self._opened[1]
        if not 0 <= finding < len(frames) or not frames[finding]:
            return []
        begin += sum(frames[:finding])
        try:
            return _read_citations(_unpacked(rest[begin : begin + frames[finding]]))
        except msgspec.MsgspecError as error:
            raise DatabaseError(f"{_BROKEN}: {error}") from error

    @cached_property
    def _opened(self) -> tuple[Outline, bytes]:
        import zstandard  # noqa: PLC0415 - only where an assessment is looked at

        try:
            _check_size(self._content)
            reader = zstandard.ZstdDecompressor().decompressobj()
            return _read_outline(reader.decompress(self._content)), reader.unused_data
        except (zstandard.ZstdError, msgspec.MsgspecError) as error:
            raise DatabaseError(f"{_BROKEN}: {error}") from error


class Assessed(msgspec.Struct, frozen=True):
    """An assessment that is there: the observation that it is, and where that came from.

    `whole`: all of it is kept; else it came before assessments were.
    """

    observation: int
    seen: str
    verdict: str
    stage: str
    file: str
    sha256: str
    who: str
    imported: str
    whole: bool


def listed(connection: Connection, tables: Derived, server: int) -> list[Assessed]:
    """The assessments of a server, the newest first; at most `SHOWN`."""
    return [
        Assessed(row.id, row.seen, row.verdict, row.stage, row.file, row.sha256, row.who,
                 row.started, bool(row[-1]))
        for row in _listed(tables).rows(connection, server=server)
    ]  # fmt: skip


@of_tables
def _listed(tables: Derived) -> Question:
    m, o, i = tables.members.c, observations.c, imports.c
    return Question(
        select(o.id, o.seen, o.verdict, o.stage, i.file, i.sha256, i.who, i.started,
               assessments.c.observation.is_not(None).label("whole"))
        .select_from(
            tables.members.join(observations, o.id == m.observation)
            .join(imports, i.id == o.import_id)
            .outerjoin(assessments, assessments.c.observation == o.id)
        )
        .where(m.server == bindparam("server"), o.kind == Kind.ASSESSMENT.value)
        .order_by(o.seen.desc(), o.id.desc())
        .limit(SHOWN)
    )  # fmt: skip


def read(connection: Connection, observation: int) -> Kept | None:
    """An assessment by its observation; None where none is kept."""
    content = _CONTENT.value(connection, observation=observation)
    return None if content is None else Kept(bytes(content))


_CONTENT = Question(
    select(assessments.c.content).where(assessments.c.observation == bindparam("observation"))
)


def add(connection: Connection, rows: Iterable[tuple[int, bytes]]) -> None:
    """Keep assessments by their observations, in the transaction that adds those."""
    add_rows(connection, assessments, rows)


def forget(connection: Connection, gone: Sequence[int]) -> None:
    """Forget those of observations that are about to go."""
    connection.execute(delete(assessments).where(assessments.c.observation.in_(gone)))


def milliseconds(time: str | None) -> int | None:
    """A time (ISO 8601; UTC where it names no zone) since 1970; None for what is none."""
    if not time:
        return None
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    return _since_1970(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def written(milliseconds_: int) -> str:
    """The time of milliseconds since 1970, ISO 8601 UTC, whole seconds."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds_)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BROKEN = "an assessment that is kept cannot be read"


def _gravity(one: Found) -> tuple[int, int, str, str]:
    return -_WEIGHTS.get(one.weight, 0), -one.stage.rank, one.time or "~", one.rule


def _without(one: Found, kept: int) -> Finding:
    return Finding(
        one.rule, one.pack, one.title, one.stage, one.weight, one.confidence, one.time, one.cves,
        one.techniques, max(one.citations_total, kept), kept, one.last,
    )  # fmt: skip


def _records(
    found: Sequence[Found], quotes: Sequence[Sequence[Citation]]
) -> tuple[tuple[Record, ...], int]:
    """Every record once, under the gravest finding that cites it; and how many have no time."""
    first: dict[tuple[object, ...], list[Any]] = {}
    undated: set[tuple[object, ...]] = set()
    for number, (one, each) in enumerate(zip(found, quotes, strict=True)):
        for place, (time, citation) in enumerate(zip(_times(one, each), each, strict=True)):
            if time is None:
                undated.add(citation.place)
                continue
            known = first.setdefault((time, *citation.place), [time, number, place, []])
            if known[1] != number and number not in known[3]:
                known[3].append(number)
    dated = {key[1:] for key in first}
    records = [Record(time, number, place, tuple(others))
               for time, number, place, others in first.values()]  # fmt: skip
    records.sort(key=lambda record: (record.time, record.finding, record.citation))
    return tuple(records), len(undated - dated)


def _times(one: Found, each: Sequence[Citation]) -> Iterator[int | None]:
    """When each record was, as far as its own text or the finding says.

    A finding's time is that of one of its records. Where no text says so, they are in local time if
    the difference to the earliest can be that of a zone; else the texts are not believed.
    """
    begin = milliseconds(one.time)
    said = [_time_in(citation.text) for citation in each]
    known = [time for time in said if time is not None]
    shift = _shift(begin, known) if begin is not None and known else None
    for time in said:
        yield begin if time is None or shift is None else time + shift


def _shift(begin: int, known: Sequence[int]) -> int | None:
    """What makes UTC of the times that records say; None where these are something else."""
    if any(abs(begin - time) < _NEAR for time in known):
        return 0
    shift = begin - min(known)
    zone = round(shift / _ZONE_STEP) * _ZONE_STEP
    return zone if abs(shift - zone) < _NEAR and abs(zone) <= _WIDEST_ZONE else None


def _time_in(text: str) -> int | None:
    """The time that a record begins with, or that an event of Windows names."""
    match = _TIME.search(text, 0, 2_000)
    if match is None:
        return None
    groups = match.groups()
    year, month, day, hour, minute, second, fraction, zone = (
        groups[:_PARTS] if groups[0] else groups[_PARTS:]
    )
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second),
            int((fraction or "0")[:6].ljust(6, "0")), tzinfo=_zone_of(zone or ""),
        )  # fmt: skip
        return _since_1970(moment)
    except (ValueError, OverflowError):
        return None


def _zone_of(text: str) -> timezone:
    if text in {"", "Z", "z"}:
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _since_1970(moment: datetime) -> int:
    return int((moment - _EPOCH) / timedelta(milliseconds=1))


def _unpacked(frame: bytes) -> bytes:
    import zstandard  # noqa: PLC0415 - only where an assessment is looked at

    try:
        _check_size(frame)
        return zstandard.ZstdDecompressor().decompress(frame, max_output_size=_LARGEST_FRAME)
    except zstandard.ZstdError as error:
        raise DatabaseError(f"{_BROKEN}: {error}") from error


def _check_size(frame: bytes) -> None:
    """What says that it is larger than anything that was packed is not unpacked."""
    import zstandard  # noqa: PLC0415 - only where an assessment is looked at

    size = zstandard.get_frame_parameters(frame).content_size
    if size > _LARGEST_FRAME:
        raise DatabaseError(f"{_BROKEN}: it is larger than {_LARGEST_FRAME >> 20} MB")


def _compressor() -> zstandard.ZstdCompressor:
    import zstandard  # noqa: PLC0415 - only where an assessment comes in

    return zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True)
