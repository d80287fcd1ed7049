"""The judgement of a page: what its code does, weighed with what a page like that would do."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from alpheus.detect.webshell.decoding import PageText, page_text
from alpheus.detect.webshell.family import Families, family_name, traits_of
from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason
from alpheus.detect.webshell.page import Language, Page, read_page
from alpheus.detect.webshell.quick import may_matter
from alpheus.detect.webshell.razor import razor_code
from alpheus.detect.webshell.weigh import weigh

_RAZOR = frozenset({"cshtml", "vbhtml"})
MALICIOUS = 70
SUSPICIOUS = 40


class PageJudge:
    """Judges pages by their content, and tells which of them are of one hand."""

    def __init__(self) -> None:
        self._families = Families()

    def judge(self, content: bytes, path: str, sha256: str) -> PageJudgement:
        """Never raises for content. A page that stands out is named after its family."""
        read = _read(content, path)
        reasons = [] if read is None else weigh(*read)
        said = judged(path, sha256, len(content), reasons)
        if read is None or said.score < SUSPICIOUS or {one.kind for one in reasons} == {"cut"}:
            return said  # what could not be followed has no hand
        pieces = _pieces(read[0])
        return replace(said, family=self._families.add(*traits_of(pieces)) or None)


@lru_cache(maxsize=1)  # asked by whoever looks at a page, one page after the other
def matters(content: bytes, path: str) -> bool:
    """False only if no code of a page names anything of power, by its bytes and its extension."""
    return may_matter(content, razor=path.rpartition(".")[2].lower() in _RAZOR)


def structure_of(content: bytes, path: str) -> str:
    """The name of the structure of a page, the same whatever its names and values; '' for none."""
    read = _read(content, path)
    return "" if read is None else family_name(traits_of(_pieces(read[0]))[0])


def code_of(content: bytes, path: str) -> list[str]:
    """The pieces of code of a page, as it was decoded."""
    read = _read(content, path)
    return [] if read is None else [piece.text for piece in read[0].code]


def content_reasons(content: bytes, path: str) -> list[Reason]:
    """Everything the content says for or against a page, the weightiest first."""
    read = _read(content, path)
    return [] if read is None else weigh(*read)


def _read(content: bytes, path: str) -> tuple[Page, PageText] | None:
    """The parts of a page; None if nothing in it can matter."""
    if not matters(content, path):
        return None
    name = path.rpartition("/")[2]
    extension = name.rpartition(".")[2].lower()
    text = page_text(content)
    page = read_page(text.text, name)
    if extension in _RAZOR:
        page.code += razor_code(text.text, extension)
    return page, text


def _pieces(page: Page) -> list[tuple[str, Language]]:
    return [(piece.text, piece.language) for piece in page.code]


def judged(path: str, sha256: str, size: int, reasons: list[Reason]) -> PageJudgement:
    """The judgement that reasons add up to."""
    score = score_of(reasons)
    judgement = Judgement.BENIGN
    if score >= MALICIOUS:
        judgement = Judgement.MALICIOUS
    elif score >= SUSPICIOUS:
        judgement = Judgement.SUSPICIOUS
    return PageJudgement(path, sha256, size, judgement, score, None, tuple(reasons))


def score_of(reasons: list[Reason]) -> int:
    """The best reason of each kind counts: the best whole, every further one with a third."""
    best: dict[str, int] = {}
    for reason in reasons:
        best[reason.kind] = max(best.get(reason.kind, 0), reason.points)
    ordered = sorted((points for points in best.values() if points > 0), reverse=True)
    against = sum(min(0, reason.points) for reason in reasons)
    total = sum(points if place == 0 else points / 3 for place, points in enumerate(ordered))
    return max(0, min(100, round(total + against)))
