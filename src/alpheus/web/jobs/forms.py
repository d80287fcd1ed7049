"""Files as they arrive at the console: one as a raw stream, or several in a form.

What arrives is written as it comes; nothing is held in memory, and nothing is unpacked here. A form
is read to its end even where it is refused, so that the reason reaches the browser.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.exceptions import HTTPException, PermissionDeniedException
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from alpheus.web.access.guard import FIELD, is_word
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.uploads import Incoming, Uploads, Writer

PIECE = 1 << 20
"""Bytes that are written at once."""
MOST_FILES = 20
MOST_FIELDS = 40
LONGEST_FIELD = 4_096
MOST_IGNORED = 256 << 20
"""Bytes of a refused form that are read and thrown away before the connection is closed."""

_HOPELESS = frozenset({413, 422})
"""More than was announced, or something else: it would never be taken."""

AnyRequest = Request[Any, Any, Any]
Begin = Callable[[str, dict[str, str]], Incoming]
"""Makes room for a file of a name, for a form with these fields. Raises ComplaintError."""


@dataclass
class Form:
    """What a form brought."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Incoming] = field(default_factory=list)


async def receive(request: AnyRequest, uploads: Uploads, incoming: Incoming, offset: int) -> int:
    """Write what comes at the end of a file; how many bytes of it are here then.

    What came before a connection broke stays. Raises ComplaintError.
    """
    with ExitStack() as stack:
        writer = await sync_to_thread(stack.enter_context, uploads.writer(incoming, offset))
        try:
            await _write(_stream(request), writer)
        except HTTPException:
            pass  # the other end is gone
        finally:
            await sync_to_thread(stack.close)
    return writer.have


async def receive_rest(
    request: AnyRequest, uploads: Uploads, incoming: Incoming, offset: int
) -> int:
    """The same; the file is complete once all of it is here, and dropped if it never can be."""
    try:
        have = await receive(request, uploads, incoming, offset)
        if have == incoming.size:
            await sync_to_thread(uploads.complete, incoming)
    except ComplaintError as error:
        if error.status in _HOPELESS:
            await sync_to_thread(uploads.drop, incoming.id)
        await ignore_rest(request)
        raise
    return have


async def receive_form(request: AnyRequest, uploads: Uploads, begin: Begin, form: Form) -> None:
    """Read all fields and files of a form into `form`; no file is kept where it is refused.

    Raises ComplaintError, and PermissionDeniedException where the session's word is not before the
    first file; the fields that came are there all the same.
    """
    stream = _stream(request)
    async with aclosing(stream):
        try:
            await _Reader(request, uploads, begin, form).read(stream)
        except (MultipartError, UnicodeDecodeError):
            await _discard(form, uploads, stream)
            raise ComplaintError(said.NOT_A_FORM) from None
        except HTTPException as error:
            await _discard(form, uploads, stream)
            if isinstance(error, PermissionDeniedException):
                raise
            raise ComplaintError(said.BROKEN_OFF) from None
        except BaseException:
            await _discard(form, uploads, stream)
            raise


class _Reader:
    """Reads one form."""

    def __init__(self, request: AnyRequest, uploads: Uploads, begin: Begin, form: Form) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise ComplaintError(said.NOT_A_FORM)
        self._parser = PushMultipartParser(
            options["boundary"], max_segment_count=MOST_FIELDS + MOST_FILES, strict=True
        )
        self._request = request
        self._uploads = uploads
        self._begin = begin
        self._form = form
        self._problem: ComplaintError | None = None
        self._stack = ExitStack()
        self._writer: Writer | None = None
        self._value: bytearray | None = None
        self._name = ""
        self._held = bytearray()

    async def read(self, stream: AsyncGenerator[bytes, None]) -> None:
        """All of it."""
        try:
            async for chunk in stream:
                for event in self._parser.parse(chunk):
                    await self._take(event)
            self._parser.close()
        finally:
            await sync_to_thread(self._stack.close)
        if not is_word(self._request, self._form.fields.get(FIELD, "")):
            raise PermissionDeniedException("this form is not from this session")
        if self._problem is not None:
            raise self._problem

    async def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            await self._begin_part(event)
        elif event is None:
            await self._end_part()
        elif self._value is not None:
            if len(self._value) + len(event) <= LONGEST_FIELD:
                self._value += event
        elif self._writer is not None:
            self._held += event
            if len(self._held) >= PIECE:
                await self._flush()

    async def _begin_part(self, part: MultipartSegment) -> None:
        self._name = part.name or ""
        if part.filename is None:
            self._value = bytearray()
            return
        if not part.filename:
            return  # a field of files in which none was chosen
        if not is_word(self._request, self._form.fields.get(FIELD, "")):
            raise PermissionDeniedException("this form is not from this session")
        if self._problem is not None:
            return
        if len(self._form.files) >= MOST_FILES:
            self._problem = ComplaintError(said.TOO_MANY_FILES, most=MOST_FILES)
            return
        try:
            incoming = await sync_to_thread(self._begin, part.filename, dict(self._form.fields))
            self._form.files.append(incoming)
            self._writer = await sync_to_thread(
                self._stack.enter_context, self._uploads.writer(incoming, 0)
            )
        except ComplaintError as error:
            self._problem = error

    async def _end_part(self) -> None:
        if self._value is not None:
            self._form.fields[self._name] = self._value.decode("utf-8")
            self._value = None
        elif self._writer is not None:
            await self._flush()
            self._writer = None
            try:
                await sync_to_thread(self._stack.close)
            except ComplaintError as error:
                self._problem = error

    async def _flush(self) -> None:
        """What is refused is not written; the rest of the form is read all the same."""
        if self._writer is None:
            return
        try:
            await sync_to_thread(self._writer.write, bytes(self._held))
        except ComplaintError as error:
            self._problem = error
            self._writer = None
            await sync_to_thread(self._stack.close)
        self._held.clear()


async def _write(stream: AsyncGenerator[bytes, None], writer: Writer) -> None:
    held = bytearray()
    try:
        async for chunk in stream:
            held += chunk
            if len(held) >= PIECE:
                piece, held = held, bytearray()
                await sync_to_thread(writer.write, piece)
    finally:
        if held:
            await sync_to_thread(writer.write, held)


async def _stream(request: AnyRequest) -> AsyncGenerator[bytes, None]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def _discard(form: Form, uploads: Uploads, stream: AsyncGenerator[bytes, None]) -> None:
    """Remove all files of a form, and let its rest go by."""
    for one in form.files:
        await sync_to_thread(uploads.drop, one.id)
    form.files.clear()
    await _ignore(stream)


async def ignore_rest(request: AnyRequest) -> None:
    """Let some of what still comes go by, so that the answer is heard."""
    await _ignore(_stream(request))


async def _ignore(stream: AsyncGenerator[bytes, None]) -> None:
    left = MOST_IGNORED
    try:
        async for chunk in stream:
            left -= len(chunk)
            if left < 0:
                return
    except HTTPException:
        return
