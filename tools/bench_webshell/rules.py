"""Folders of YARA rules, through yara-x: any rule that matches is a detection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yara_x
from tools.bench_webshell.corpus import Page

ENDINGS = frozenset({".yar", ".yara", ".rule", ".rules"})
EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
_SECONDS = 20


@dataclass(slots=True)
class RuleFolder:
    """Compiled rules. `skipped` names files that do not compile, and why."""

    name: str
    scanner: yara_x.Scanner
    files: int
    rules: int
    skipped: tuple[str, ...]

    def matches(self, page: Page) -> bool:
        """Whether any rule matches. A page that takes too long is not found."""
        values = {
            "filename": page.path.name,
            "filepath": page.name.rpartition("/")[0].partition("/")[2],
            "extension": f".{page.extension}",
        }
        for external, value in values.items():
            self.scanner.set_global(external, value)
        try:
            found = self.scanner.scan(page.path.read_bytes())
        except (yara_x.ScanError, yara_x.TimeoutError):
            return False
        return bool(found.matching_rules)

    def matched(self, pages: Sequence[Page]) -> set[Path]:
        """Those that any rule matches."""
        return {page.path for page in pages if self.matches(page)}


def load(folder: Path) -> RuleFolder:
    """Compile each file in a namespace of its own, so that a broken one costs only itself."""
    if folder.is_file():
        paths = [folder]
    else:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    compiler = yara_x.Compiler(relaxed_re_syntax=True)
    for external in EXTERNALS:
        compiler.define_global(external, "")
    skipped = []
    for number, path in enumerate(paths):
        compiler.new_namespace(f"n{number}")
        try:
            compiler.add_source(path.read_text("utf-8", "replace"), origin=path.name)
        except yara_x.CompileError as error:
            said = str(error).strip().partition("\n")[0]
            skipped.append(f"{folder.name}: {path.name} does not compile: {said}")
    rules = compiler.build()
    scanner = yara_x.Scanner(rules)
    scanner.set_timeout(_SECONDS)
    return RuleFolder(
        folder.name, scanner, len(paths) - len(skipped), sum(1 for _ in rules), tuple(skipped)
    )
