"""The OpenAPI document: what Litestar reads from the types of routes, and what goes for all.

Nothing shows it as a page: such pages load script from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler
from litestar.utils.sync import AsyncCallable

from alpheus import __version__
from alpheus.web.access.guard import COOKIE, HEADER, PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import BASE, CSV, LONGEST_NAME, RAW
from alpheus.web.problems import KINDS, MEDIA_TYPE, Problem

PLACE = f"{BASE}/openapi.json"

ABOUT = """\
Everything that the pages of the console show and do, for programs, by the same accounts, roles and
bounds.

**Who asks.** `Authorization: Bearer alpheus_…`, a token with a scope and an end, made under
Account. A browser's session holds as well; its changes carry `x-csrf`, as `GET /api/v1/me` gives
it. What one may not see is not there (404).

**Lists** come in pages: give `next` of one as `after` (or `before`) of the following. All of a list
comes as a file with `Accept: text/csv`; formulas in it are harmless.

**Problems** are RFC 9457 (`application/problem+json`). `code` stays as it is, `detail` is for
people, in their language, `remedy` says what to do, `field` what is wrong. A parameter that there
is not is refused.

**Texts** of names, logs and certificates are as an attacker may have written them.
"""

_SAFE = frozenset({"get", "head"})
_DESCRIPTIONS = {
    400: "A parameter or field is not as it should be, or there is no such.",
    401: "Nobody is signed in.",
    403: "The token or the account does not allow that.",
    404: "There is nothing here, or nothing that one may see.",
    409: "It has changed since it was looked at; nothing was done.",
    413: "It is too large, or there is no room left for it.",
    415: "It is no JSON.",
    422: "It was refused; the reason says what has to be otherwise.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    503: "The database cannot be used at the moment; nothing was lost.",
}
_ALWAYS = (400, 401, 403, 404, 413, 422, 429, 503)
_CHANGES = (409, 415)


@get("/openapi.json", opt={PERMISSION: Permission.PUBLIC}, include_in_schema=False,
     sync_to_thread=True)  # fmt: skip
def openapi() -> Response[bytes]:
    """This document."""
    return Response(_encoded(), media_type=MediaType.JSON)


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())


@cache
def document() -> dict[str, Any]:
    """The document, of all routes of the API; nobody changes it."""
    app = _described()
    made: dict[str, Any] = msgspec.to_builtins(app.openapi_schema.to_schema())
    routes = {route.path_format: route for route in app.routes if isinstance(route, HTTPRoute)}
    for path, item in made["paths"].items():
        for method, operation in item.items():
            handler, _ = routes[path].route_handler_map[method.upper()]
            _complete(operation, method, handler)
    made["servers"] = [{"url": "/"}]
    made["paths"] = dict(sorted(made["paths"].items()))
    schemas = made["components"]["schemas"]
    schemas.update(_exact(schemas))
    schemas["Problem"]["properties"]["code"]["enum"] = [one.code for one in KINDS]
    made["components"]["responses"] = dict(_problems())
    made["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "A token: `alpheus_…`."},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "csrf": {"type": "apiKey", "in": "header", "name": HEADER},
    }
    return {name: _whole_numbers(one) for name, one in made.items()}


def _described() -> Litestar:
    """An application that describes the routes, and serves nobody.

    It has pages for the document, which the console has not.
    """
    from alpheus.web.api.routes import router  # noqa: PLC0415 - they have the one above

    desk = Provide(lambda: None, sync_to_thread=False)
    config = OpenAPIConfig(
        title="Alpheus", version=__version__, description=ABOUT, create_examples=False,
        path="/not-served",
    )  # fmt: skip
    return Litestar([router()], dependencies={"desk": desk}, openapi_config=config)


def _complete(operation: dict[str, Any], method: str, handler: HTTPRouteHandler) -> None:
    """What goes for a route by its permission and kind."""
    permission: Permission = handler.opt[PERMISSION]
    operation["operationId"] = handler.name or handler.handler_name
    called = handler.fn.func if isinstance(handler.fn, AsyncCallable) else handler.fn
    operation["summary"], _, more = (called.__doc__ or "").partition("\n")
    text = " ".join(more.split())
    operation["description"] = f"{text}\n\nPermission: `{permission.value}`.".strip()
    operation["x-permission"] = permission.value
    session: dict[str, list[str]] = {"session": [], **({} if method in _SAFE else {"csrf": []})}
    operation["security"] = [{"bearer": []}, session]
    if handler.opt.get(RAW):
        raw = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"content": {"application/octet-stream": raw}}
    answers = operation["responses"]
    if handler.opt.get(CSV):
        answers["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    for status in (*_ALWAYS, *(() if method in _SAFE else _CHANGES)):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    operation["responses"] = dict(sorted(answers.items()))
    for parameter in operation.get("parameters", ()):
        for name in ("deprecated", "allowEmptyValue", "allowReserved"):
            parameter.pop(name, None)
        schema = parameter["schema"]
        schema.pop("description", None)
        if schema.get("items", {}).get("type") == "string":
            schema["items"]["maxLength"] = LONGEST_NAME
    operation.pop("deprecated", None)


def _problems() -> Iterator[tuple[str, dict[str, Any]]]:
    schema = {"$ref": "#/components/schemas/Problem"}
    for status, text in _DESCRIPTIONS.items():
        found: dict[str, Any] = {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}
        if status == 429:
            seconds = {"type": "string", "pattern": r"^\d+$"}
            found["headers"] = {"Retry-After": {"schema": seconds, "description": "Seconds."}}
        yield str(status), found


def _exact(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas of our own structs as msgspec has them, which is what reads and writes them.

    Litestar leaves out what they are, and the bounds of what stands in lists.
    """
    ours = [Problem, *(one for one in _structs(msgspec.Struct) if one.__name__ in schemas)]
    _, found = msgspec.json.schema_components(ours, ref_template="#/components/schemas/{name}")
    return found


def _structs(base: type[Any]) -> Iterator[type[Any]]:
    for one in base.__subclasses__():
        if one.__module__.startswith("alpheus.web.api."):
            yield one
        yield from _structs(one)


def _whole_numbers(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Bounds as the whole numbers that they are."""
    if isinstance(value, dict):
        return {name: _whole_numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


ROUTES: tuple[ControllerRouterHandler, ...] = (openapi,)
