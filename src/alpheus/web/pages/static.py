"""The style sheet and the script; browsers may keep them, their address changes with them."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.rendering import STATIC, static_file

_KINDS = {"css": "text/css", "js": "text/javascript"}


@get("/static/{digest:str}/{name:str}", opt={PERMISSION: Permission.PUBLIC}, sync_to_thread=False)
def static(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file of ours; `digest` only makes its address change with its content."""
    if name not in STATIC or not digest:
        raise NotFoundException
    return Response(
        static_file(name), media_type=_KINDS[name.rpartition('.')[2]],
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )  # fmt: skip


ROUTES = (static,)
