"""Judged pages as JSON lines: one object per file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from alpheus.report.visible import portable
from alpheus.report.webshell_views import PageResult, redacted_page


def page_object(page: PageResult) -> dict[str, object]:
    """What one line says; the order of the keys is fixed."""
    return {
        "path": portable(page.path),
        "sha256": page.sha256,
        "size": page.size,
        "judgement": page.judgement,
        "score": page.score,
        "family": None if page.family is None else portable(page.family),
        "reasons": [
            {"kind": reason.kind, "line": reason.line, "text": portable(reason.text)}
            for reason in page.reasons
        ],
    }


def write_webshell_jsonl(pages: Iterable[PageResult], stream: TextIO, key: bytes) -> None:
    """Write every page as it comes, its secrets hashed under the key."""
    for page in pages:
        line = json.dumps(page_object(redacted_page(page, key)), ensure_ascii=False)
        stream.write(line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n")
