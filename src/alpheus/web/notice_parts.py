"""What pages about notices share: the desk, the form that is told in place, and addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response
from litestar.enums import RequestEncodingType
from litestar.exceptions import PermissionDeniedException
from litestar.params import Body
from litestar.response import Redirect

from alpheus.errors import RefusedError
from alpheus.web.access.roles import Permission
from alpheus.web.notice_desk import NoticeDesk, Office
from alpheus.web.rendering import AnyRequest, page

LONGEST = 200
"""Characters of what is typed into a filter."""

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


class UnsetError(RefusedError):
    """Nobody has said who writes notices."""


def notice_desk(request: AnyRequest) -> NoticeDesk:
    """The notices, for whoever asks. Raises UnsetError where there are none to be had."""
    office: Office | None = request.app.state.office
    if office is None:
        raise UnsetError
    return NoticeDesk(office, request.app.state.cases, request.user)


def _unset(request: AnyRequest, _: UnsetError) -> Response[Any]:
    status = 200 if request.method == "GET" else 422
    return page(request, "notices/unset.html", status=status)


UNSET: dict[int | type[Exception], Callable[[AnyRequest, Any], Response[Any]]] = {
    UnsetError: _unset
}
"""How every route about notices answers where there are no settings: with what to do."""


def deed(
    do: Callable[[], object], again: Callable[[RefusedError], Response[Any]], to: str = ""
) -> Response[Any]:
    """Do something and go on to an address, or, for '', to the one that it gives.

    The page again where it is refused. Raises RefusedError for what is not there.
    """
    try:
        given = do()
    except RefusedError as error:
        if isinstance(error, UnsetError) or str(error).startswith("there is no "):
            raise
        return again(error)
    return Redirect(to or str(given), status_code=303)


def at(path: str, **values: str) -> str:
    """An address with what is asked for."""
    return f"{path}?{urlencode(values)}" if values else path


def many(data: Mapping[str, Any], name: str) -> list[str]:
    """All values of a field of a form."""
    value = data.get(name, [])
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def one(data: Mapping[str, Any], name: str) -> str:
    """The first value of a field of a form, '' for none."""
    return next(iter(many(data, name)), "")


def done_of(request: AnyRequest) -> str:
    """What was done last, as the address says, to be told."""
    return request.query_params.get("done", "") if request.method == "GET" else ""


def may_export(request: AnyRequest) -> None:
    """Refuse who may take nothing away. Raises PermissionDeniedException."""
    if not request.user.may(Permission.EXPORT):
        raise PermissionDeniedException("your account does not allow that")
