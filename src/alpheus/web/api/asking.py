"""What every route of the API has in common: its parameters, their bounds, and how it answers.

A parameter that a route does not have is refused: a filter that was misspelled would otherwise ask
for everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from litestar import Response
from litestar.enums import MediaType
from litestar.exceptions import ClientException
from litestar.params import PathParameter, QueryParameter

from alpheus.web.access.roles import Permission
from alpheus.web.csv_output import MEDIA_TYPE, demand, download
from alpheus.web.problems import UnknownParameterError
from alpheus.web.rendering import AnyRequest

BASE = "/api/v1"
LARGEST = 2**53 - 1
"""The largest number that all readers of JSON keep as it is."""
LARGEST_BODY = 1 << 20
RAW = "raw"
"""The name in `opt` under which a route says that it takes bytes as they come."""
CSV = "csv"
"""The name in `opt` under which a route says that its list can be had as CSV."""
LONGEST_TEXT = 4_000
LONGEST_NAME = 200

Shape = TypeVar("Shape")
Made = TypeVar("Made", bound=msgspec.Struct)

# parameters

Number = Annotated[int, PathParameter(ge=0, le=LARGEST, description="Its number.")]
Size = Annotated[int, QueryParameter(ge=1, le=500, description="How many a page has.")]
After = Annotated[
    str,
    QueryParameter(max_length=500, description="`next` of the page before; '' for the first."),
]
Format = Annotated[
    Literal["json", "csv"],
    QueryParameter(
        name="format",
        description="`csv` gives all of the list as a file; so does `Accept: text/csv`.",
    ),
]
AssessmentOf = Annotated[
    int,
    QueryParameter(ge=0, le=LARGEST, description="Observation of the assessment; 0: the newest."),
]
Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
Name = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]
ServerNumber = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
Time = Annotated[str, msgspec.Meta(description="ISO 8601 in UTC; '' for none.")]


def said(text: str, **bounds: Any) -> msgspec.Meta:  # noqa: ANN401 - numbers and patterns
    """What a field is, and its bounds."""
    return msgspec.Meta(description=text, **bounds)


def shaped(value: object, kind: type[Shape]) -> Shape:
    """What a service gave, as the API shows it: the fields of the same names."""
    return msgspec.convert(value, kind, from_attributes=True, strict=False)


def rows_of(rows: Iterable[Mapping[str, Any]], kind: type[Made]) -> list[Made]:
    """Rows of a database as the API shows them: the fields of the same names, as they are."""
    fields = msgspec.structs.fields(kind)
    names = [one.name for one in fields]
    return [kind(*[row[name] for name in names]) for row in rows]


def dicts(tuples: Iterable[Any]) -> list[dict[str, Any]]:
    """Named tuples as what `shaped` takes."""
    return [one._asdict() for one in tuples]


def json(value: Shape, status: int = 200) -> Response[Shape]:
    """An answer in JSON."""
    return Response(value, status_code=status, media_type=MediaType.JSON)


def clean(text: str) -> str:
    """A text as databases take it."""
    return text.replace("\0", "\ufffd")


# lists as files


def is_csv(request: AnyRequest, form: str) -> bool:
    """Whether a list is asked for as CSV: by its parameter, or because that is what is taken."""
    if form == "csv" or "format" in request.query_params:
        return form == "csv"
    accepted = request.headers.get("accept", "").partition(",")[0].partition(";")[0]
    return accepted.strip().lower() == MEDIA_TYPE


def file(
    request: AnyRequest,
    columns: Sequence[str],
    portions: Iterable[Iterable[Mapping[str, Any]]],
    name: str,
) -> Response[Any]:
    """A list as CSV. PermissionDeniedException for whom may take nothing away."""
    demand(request, Permission.EXPORT)
    return download(columns, portions, name)


# what is looked at before a route is


async def check_request(request: AnyRequest) -> None:
    """Refuse parameters that there are not, and bodies that are not JSON."""
    known = _parameters_of(request.route_handler)
    for name in request.query_params:
        if name not in known:
            raise UnknownParameterError(name)
    if request.method in {"GET", "HEAD", "DELETE"} or request.route_handler.opt.get(RAW):
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != MediaType.JSON:
        raise MediaTypeError
    if not kind and request.headers.get("content-length", "0") != "0":
        raise MediaTypeError


class MediaTypeError(ClientException):
    """A body that is no JSON."""

    status_code = 415
    detail = "send JSON, with Content-Type: application/json"


@lru_cache(500)
def _parameters_of(handler: Any) -> frozenset[str]:  # noqa: ANN401 - a route handler
    """The names of the parameters of a route."""
    found = set()
    for name, field in handler.parsed_fn_signature.parameters.items():
        kwarg = field.kwarg_definition
        if isinstance(kwarg, QueryParameter):
            found.add(kwarg.name or name)
    return frozenset(found)
