"""Server pages found as files: place, name, hash and content.

The judgement here is made of facts only; what they mean for the verdict depends on the server's
build and on everything else that was seen, and is decided by the judge.
"""

from __future__ import annotations

import re

from alpheus.detect.kit import Kit
from alpheus.detect.known_files import OtherHashes
from alpheus.detect.model import Origin, PageMatch, ServerPage
from alpheus.detect.page_needles import PAGE_EXTENSIONS
from alpheus.evidence.address import windows_path
from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Skipped

CONTENT_LIMIT = 8 << 20
_DIRECTIVE = re.compile(
    rb"<\s*%\s*@\s*(?:page|webhandler|webservice|servicehost|control|master|application)\b"
    rb"|<script[^>]{0,200}\brunat\s*=",
    re.IGNORECASE,
)
_HEAD = 65_536
_RULE_FILE = re.compile(r"\.(?:ya?ml|yara?|md|txt|json|log|csv|html?)$")


def is_server_page(head: bytes, path: str) -> bool:
    """Whether the web server would run this file: by extension, or by a directive in its head.

    A directive decides whatever the extension, but not in rule files, documents and logs, which
    quote pages without being one.
    """
    name = path.rsplit("/", 1)[-1].lower()
    extension = name.rsplit(".", 1)[-1] if "." in name else ""
    if extension in PAGE_EXTENSIONS:
        return True
    if _RULE_FILE.search(name):
        return False
    plain = head[:_HEAD]
    narrow = plain.replace(b"\0", b"") if plain.count(0) > len(plain) // 4 else plain
    return _DIRECTIVE.search(narrow) is not None


def _of_code(content: bytes, path: str) -> tuple[PageMatch, ...]:
    from alpheus.detect.webshell.match import code_matches  # noqa: PLC0415 - heavy, only for pages

    return code_matches(content, path)


def _structure(content: bytes, path: str) -> str:
    from alpheus.detect.webshell.judge import structure_of  # noqa: PLC0415 - as above

    return structure_of(content, path)


def read_page(
    file: EvidenceFile, origin: Origin, kit: Kit, others: OtherHashes
) -> tuple[ServerPage, Skipped | None]:
    """Read a page whole (its first 8 MiB are searched), and compare it with the baseline."""
    loss: Skipped | None = None
    with file.open() as stream:
        content = stream.read(CONTENT_LIMIT)
        others.update(content)
        while piece := stream.read(1 << 20):
            others.update(piece)
            if loss is None:
                reason = f"page longer than {CONTENT_LIMIT >> 20} MiB: only its beginning searched"
                loss = Skipped(file.evidence, file.path, CONTENT_LIMIT, reason)
    path = windows_path(file.path)
    relative = kit.baseline.install_relative(path)
    sha256 = file.sha256
    matches = (*kit.yara.match(content), *_of_code(content, file.path))
    line = next((m.line for m in matches if m.line), None)
    text = next((m.text for m in matches if m.text), "")
    structure = _structure(content, file.path) if matches else ""
    page = ServerPage(
        origin=origin,
        citation=Citation(
            file.evidence, file.path, line=line, text=text, sha256=sha256, structure=structure
        ),
        windows_path=path,
        relative=relative,
        place=kit.baseline.closed_place(path),
        known_name=relative is not None and kit.baseline.known_name(relative),
        known_hash=sha256 is not None and kit.baseline.known_hash(sha256),
        modified=file.modified,
        matches=matches,
    )
    return page, loss
