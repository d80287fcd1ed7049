"""Checks a pack as its author needs it: every file, every example, each error with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alpheus.detect.sigma import RuleSet, compile_rules
from alpheus.detect.sigma.examples import check_examples, check_sequence
from alpheus.detect.yara import YaraRules
from alpheus.errors import KnowledgeError
from alpheus.knowledge.collection_file import with_packs
from alpheus.knowledge.indicators import read_indicators
from alpheus.knowledge.model import Pack, SigmaFile
from alpheus.knowledge.pack_file import read_pack_file
from alpheus.knowledge.pack_texts import LANGUAGES, read_texts
from alpheus.knowledge.rule_files import RuleError, read_sigma, read_yara
from alpheus.knowledge.yaml_places import given_twice, line_of
from alpheus.knowledge.yaml_text import YamlError, load_documents

_YAML = frozenset({".yaml", ".yml"})
_PLACE = re.compile(r"(?:(?P<place>[A-Za-z_]+(?:[.\[][\w.\[\]]*)?): )?(?P<reason>.*)", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>[^`]+)`")
_MSGSPEC = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_ROW = re.compile(r"(?:row|line) (\d+):? ?(.*)", re.DOTALL)
_EXAMPLE = re.compile(r", example (\d+): ")
_DOCUMENT = re.compile(r"document (\d+)(?:, (.*))?")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where. `line` counts from 1."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack, as far as it can be read, its rules, and everything that is wrong with it.

    `examples` counts those that were run.
    """

    pack: Pack | None
    rules: RuleSet
    examples: int
    problems: tuple[Problem, ...]


def check_pack(folder: Path) -> Checked:
    """Read a pack's folder file by file; nothing that is wrong in one hides what is in another."""
    problems: list[Problem] = []
    pack = _pack(folder, problems)
    name = pack.id if pack is not None else folder.name
    files = list(_sigma(folder, name, problems))
    rules = compile_rules(files)
    problems += _rejected(rules)
    problems += _examples(files, rules)
    problems += _names(files, name)
    problems += _pages(folder, name)
    problems += _texts(folder / "texts")
    problems += _twice(folder)
    examples = sum(len(file.examples) for file in files)
    if pack is not None:
        problems += _sources(pack)
        problems += _signs(pack, files)
    ordered = sorted(dict.fromkeys(problems), key=lambda one: (str(one.path), one.line, one.what))
    return Checked(pack, rules, examples, tuple(ordered))


def placed(error: KnowledgeError, path: Path) -> Problem:
    """An error of a file of YAML, CSV or rules, with the line that it speaks of."""
    if isinstance(error, RuleError):
        return Problem(error.path, _line_of_rule(error), error.reason)
    text = str(error)
    for one in (path, *path.parent.glob("*.yaml"), *path.parent.glob("*.csv")):
        if text.startswith((f"{one}:", f"{one}, line ")):
            path, text = one, text[len(str(one)) + 1 :].strip()
            break
    number = re.match(r"(\d+): (.*)", text, re.DOTALL) or _ROW.match(text)
    if number is not None:
        return Problem(path, int(number[1]), number[2])
    at = _MSGSPEC.search(text)
    if at is not None:
        what = f"{at['place']}: {text[: at.start()]}"
        return Problem(path, line_of(_read(path), at["place"] + _unknown(what)), what)
    found = _PLACE.fullmatch(text)
    place = found["place"] if found is not None and found["place"] else ""
    reason = found["reason"] if found is not None else text
    key = place + _unknown(reason)
    line = line_of(_read(path), key) if key else _line_of_yaml(path)
    return Problem(path, line, f"{place}: {reason}" if place else reason)


def _line_of_yaml(path: Path) -> int:
    """The line in which a file stops being YAML; 1 where that is not what is wrong."""
    try:
        load_documents(_read(path) if path.suffix.lower() in _YAML else "")
    except YamlError as error:
        return error.line or 1
    return 1


def _unknown(reason: str) -> str:
    """The field that nobody knows, below the place that is named."""
    found = _UNKNOWN.match(reason.rpartition(": ")[2])
    return f".{found['field']}" if found is not None else ""


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _line_of_rule(error: RuleError) -> int:
    line = re.fullmatch(r"line (\d+)", error.place)
    if line is not None:
        return int(line[1])
    found = _DOCUMENT.fullmatch(error.place)
    if found is None:
        return 1
    place = (found[2] or "").replace(", ", ".")
    # Examples count from 1 in messages, and from 0 in the tree.
    place = re.sub(r"\[(\d+)\]", lambda m: f"[{max(0, int(m[1]) - 1)}]", place)
    return line_of(_read(error.path), place, int(found[1]))


def _pack(folder: Path, problems: list[Problem]) -> Pack | None:
    path = folder / "pack.yaml"
    pack: Pack | None = None
    try:
        pack = read_pack_file(path)
    except KnowledgeError as error:
        problems.append(placed(error, path))
    table = folder / "indicators.csv"
    if table.is_file():
        try:
            read_indicators(folder.name, table)
        except KnowledgeError as error:
            problems.append(placed(error, table))
    if not (folder / "playbook.md").is_file():
        problems.append(Problem(folder / "playbook.md", 1, "is not there: people read it first"))
    return pack


def _sigma(folder: Path, pack: str, problems: list[Problem]) -> Iterator[SigmaFile]:
    def on_error(error: RuleError) -> None:
        problems.append(placed(error, error.path))

    for path in sorted((folder / "sigma").rglob("*")):
        if path.suffix.lower() not in _YAML or not path.is_file():
            continue
        try:
            for file in read_sigma(pack, path, on_error):
                if file.meaning is None:
                    problems.append(Problem(path, 1, "has no block alpheus: stage and weight"))
                yield file
        except RuleError as error:
            on_error(error)


def _rejected(rules: RuleSet) -> Iterator[Problem]:
    for one in rules.rejected:
        found = _DOCUMENT.fullmatch(one.place)
        document = int(found[1]) if found is not None else 1
        part = "detection" if one.applicable else "logsource"
        yield Problem(one.path, line_of(_read(one.path), part, document), one.reason)


def _examples(files: Sequence[SigmaFile], rules: RuleSet) -> Iterator[Problem]:
    """Every example, run; of a sequence all at once."""
    by_place = {(file.path, file.place): file for file in files if file.meaning is not None}
    for rule in rules.rules:
        file = by_place.get((rule.path, rule.place))
        if file is not None:
            yield from (_failed(file, text) for text in check_examples(file, rule))
    for correlation in rules.correlations:
        file = by_place.get((correlation.path, correlation.place))
        if file is not None:
            yield from (_failed(file, text) for text in check_sequence(file, correlation, rules))


def _failed(file: SigmaFile, text: str) -> Problem:
    number = _EXAMPLE.search(text)
    place = "alpheus.examples"
    if number is not None:
        at = int(number[1]) - 1
        positive = sum(one.matches for one in file.examples)
        place += f".positive[{at}]" if at < positive else f".negative[{at - positive}]"
    document = _DOCUMENT.fullmatch(file.place)
    line = line_of(_read(file.path), place, int(document[1]) if document is not None else 1)
    return Problem(file.path, line, text)


def _names(files: Sequence[SigmaFile], pack: str) -> Iterator[Problem]:
    for file in files:
        name = str(file.document.get("name", ""))
        if not name.startswith(f"{pack}-"):
            line = line_of(_read(file.path), "name")
            yield Problem(file.path, line, f"name: {name!r} does not begin with {pack}-")


def _pages(folder: Path, pack: str) -> Iterator[Problem]:
    """YARA rules, and the examples of pages beside them."""
    files = []
    for path in sorted((folder / "yara").glob("*.yar*")):
        try:
            files.append(read_yara(pack, path))
        except RuleError as error:
            yield placed(error, path)
    if not files:
        return
    compiled = YaraRules.compile(files)
    for broken in compiled.rejected:
        line = re.fullmatch(r"line (\d+)", broken.place)
        yield Problem(Path(broken.path), int(line[1]) if line is not None else 1, broken.reason)
    known = {identifier for _, identifier in compiled.infos}
    yield from _page_examples(folder / "yara" / "examples.yml", compiled, known)


def _page_examples(path: Path, compiled: YaraRules, known: set[str]) -> Iterator[Problem]:
    if not path.is_file():
        yield Problem(path, 1, f"is not there: pages that {', '.join(sorted(known))} must match")
        return
    try:
        listed = load_documents(_read(path))
        entries = listed[0] if listed and isinstance(listed[0], list) else []
    except YamlError as error:
        yield Problem(path, error.line or 1, error.reason)
        return
    shown: dict[tuple[str, bool], bool] = {}
    for at, entry in enumerate(entries):
        line = line_of(_read(path), f"[{at}]")
        try:
            rule, wanted = str(entry["rule"]), bool(entry["matches"])
            body = "".join(entry["pieces"]).encode(entry.get("encoding", "utf-8"))
            content = bytes.fromhex(entry.get("head", "")) + body
        except (KeyError, TypeError, ValueError, LookupError) as error:
            yield Problem(path, line, f"rule, matches and pieces are expected: {error}")
            continue
        shown[rule, wanted] = True
        found = {one.rule.id for one in compiled.match(content)}
        names = {info.id for (_, identifier), info in compiled.infos.items() if identifier == rule}
        if not names:
            yield Problem(path, line, f"there is no rule {rule}")
        elif bool(found & names) is not wanted:
            yield Problem(path, line, f"{rule} should {'' if wanted else 'not '}match this page")
    for rule in sorted(known):
        for wanted, word in ((True, "must"), (False, "must not")):
            if (rule, wanted) not in shown:
                yield Problem(path, 1, f"{rule}: there is no page that it {word} match")


def _texts(folder: Path) -> Iterator[Problem]:
    """How texts are said in other languages."""
    for path in sorted(folder.glob("*")):
        if path.suffix != ".csv" or path.stem not in LANGUAGES:
            names = ", ".join(f"{one}.csv" for one in LANGUAGES)
            yield Problem(path, 1, f"nobody reads it: only {names} are")
            continue
        try:
            read_texts(path)
        except KnowledgeError as error:
            yield placed(error, path)


def _twice(folder: Path) -> Iterator[Problem]:
    """A key that is given twice: the first of them would be lost without a word."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _YAML and path.is_file():
            for key, line in given_twice(_read(path)):
                yield Problem(path, line, f"{key} is given twice: only one of them would count")


def _signs(pack: Pack, files: Sequence[SigmaFile]) -> Iterator[Problem]:
    """A rule that shows a product must be one of the pack's own, which comes with it."""
    path = pack.folder / "pack.yaml"
    names = {str(file.document.get("name")) for file in files}
    for number, sign in enumerate(pack.signs):
        if sign.kind == "rule" and sign.value not in names:
            line = line_of(_read(path), f"product_signs[{number}].value")
            yield Problem(path, line, f"product_signs: {sign.value!r} is no rule of this pack")


def _sources(pack: Pack) -> Iterator[Problem]:
    """Everything that decides must be something that can be collected."""
    table = with_packs([pack.collection])
    path = pack.folder / "pack.yaml"
    text = _read(path)
    for number, group in enumerate(pack.deciding):
        for label in group.any_of:
            if not table.of_source(label):
                line = line_of(text, f"deciding[{number}]")
                yield Problem(path, line, f"{label}: no entry to collect gives this source")
    if pack.window is None and pack.deciding:
        line = line_of(text, "deciding")
        yield Problem(path, line, "deciding: without a window nothing is decided")
