"""The words of notices: one folder per language, made of files that anybody can edit.

A folder is named by its language (`de`) and holds `phrases.csv` (key, text), `steps.csv` (step,
text, detail) and the templates of `TEMPLATES`. The English folder says which phrases and steps
there are, and what is filled into each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_rows, read_table
from alpheus.notify.blocks import Marked, clean, link, mark

if TYPE_CHECKING:
    from jinja2 import Environment, Template

BUILT_IN = Path(__file__).parent / "templates"
ENGLISH = "en"
TEMPLATES = ("organisation", "registrant", "provider", "national-team", "reduced", "phone")
"""Each is `<name>.txt`; other text files of a folder are parts that these take in."""

VARIABLES = frozenset({"notice", "say", "date", "time", "page"})
"""What a template may name; `notice` is a `facts.Facts`."""

_PHRASES, _STEPS = "phrases.csv", "steps.csv"
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Step(NamedTuple):
    """Something to do: in one sentence, and as the annex explains it."""

    text: str
    detail: str


@dataclass(frozen=True)
class Language:
    """A language: its phrases, its steps and its templates. `tag` is such as `de`."""

    tag: str
    place: str
    phrases: Mapping[str, str]
    steps: Mapping[str, Step]
    _environment: Environment = field(repr=False)
    _templates: dict[str, Template] = field(default_factory=dict, repr=False)

    def say(self, key: str, /, **values: object) -> Marked:
        """A phrase with values filled in. Raises KnowledgeError for one that there is not."""
        text = self.phrases.get(key)
        if text is None:
            raise KnowledgeError(f"{self.place}/{_PHRASES}: the phrase {key} is missing: add it")
        return Marked(_PLACE.sub(lambda match: str(mark(values[match[1]])), text))

    def step(self, name: str, /, **values: object) -> tuple[Marked, Marked]:
        """What to do, in one sentence and explained."""
        step = self.steps[name]
        text, detail = (
            Marked(_PLACE.sub(lambda match: str(mark(values[match[1]])), one)) for one in step
        )
        return text, detail

    def date(self, time: str) -> str:
        """A day in words, such as `8 March 2021`, of an ISO 8601 time; other text as it is."""
        found = time_of(time)
        if found is None:
            return clean(time)
        month = self.phrases[f"month.{found.month}"]
        parts = {"day": str(found.day), "month": month, "year": f"{found.year:04d}"}
        return _PLACE.sub(lambda match: parts[match[1]], self.phrases["date"])

    def time(self, time: str) -> str:
        """A day in words and the time of the day with its zone, UTC."""
        found = time_of(time)
        if found is None:
            return clean(time)
        parts = {"date": self.date(time), "clock": f"{found:%H:%M}"}
        return _PLACE.sub(lambda match: parts[match[1]], self.phrases["time"])

    def number(self, number: int) -> str:
        """A number with its thousands set apart as the language does."""
        return f"{number:,}".replace(",", self.phrases["thousands"])

    def fill(self, template: str, notice: object) -> str:
        """A template of `TEMPLATES`, filled in. Raises KnowledgeError."""
        from jinja2 import TemplateError  # noqa: PLC0415 - slow to load

        name = f"{template}.txt"
        try:
            if name not in self._templates:
                self._templates[name] = self._environment.get_template(name)
            return self._templates[name].render(
                notice=notice, say=self.say, date=self.date, time=self.time, page=link
            )
        except TemplateError as error:
            raise KnowledgeError(f"{self.place}/{name}: {error}") from error


class Wording:
    """The languages at hand: those that ship, and those of folders that are named."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        """Each folder is a language's, or holds such. Raises KnowledgeError if one is neither."""
        self._folders = {path.name.lower(): path for path in _languages(BUILT_IN)}
        for folder in folders:
            found = _languages(folder)
            if not found:
                raise KnowledgeError(
                    f"{folder}: no folder of a language: there is no {_PHRASES} in it or below it"
                )
            self._folders.update({path.name.lower(): path for path in found})

    @property
    def tags(self) -> tuple[str, ...]:
        """The languages that there are."""
        return tuple(sorted(self._folders))

    def nearest(self, tag: str) -> str:
        """The language at hand that is nearest to one that is asked for; English in the end."""
        wanted = tag.strip().lower().replace("_", "-")
        for one in (wanted, wanted.partition("-")[0]):
            if one in self._folders:
                return one
        return ENGLISH

    def language(self, tag: str) -> Language:
        """The nearest language, read and checked. Raises KnowledgeError, with file and place."""
        return _load(self._folders[self.nearest(tag)])

    def of_country(self, country: str) -> str:
        """The language of a country (ISO 3166, two letters) as far as there is a folder of it."""
        return self.nearest(_countries().get(country.strip().upper(), ENGLISH))


@cache
def shipped() -> Wording:
    """The languages that ship."""
    return Wording()


@cache
def of_folders(folders: tuple[Path, ...]) -> Wording:
    """The languages that ship, and those of folders. Raises KnowledgeError; see `Wording`."""
    return Wording(folders)


@cache
def _countries() -> dict[str, str]:
    rows = read_table("notice_languages.csv", ("country", "language"))
    return {row["country"]: row["language"] for row in rows}


def _languages(folder: Path) -> list[Path]:
    if (folder / _PHRASES).is_file():
        return [folder.resolve()]
    return sorted(path.parent for path in folder.glob(f"*/{_PHRASES}"))


@cache
def _load(folder: Path) -> Language:
    from jinja2 import FileSystemLoader, StrictUndefined  # noqa: PLC0415 - slow to load
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - slow to load

    place = str(folder) if folder.parent != BUILT_IN else f"templates/{folder.name}"
    phrases = _table(folder / _PHRASES, place, ("key", "text"))
    steps = _table(folder / _STEPS, place, ("step", "text", "detail"))
    if folder != BUILT_IN / ENGLISH:
        english = _load(BUILT_IN / ENGLISH)
        _compare(f"{place}/{_PHRASES}", "phrase", {k: v[0] for k, v in phrases.items()},
                 english.phrases)  # fmt: skip
        _compare(f"{place}/{_STEPS}", "step", {key: " ".join(v) for key, v in steps.items()},
                 {key: " ".join(step) for key, step in english.steps.items()})  # fmt: skip
    thousands = phrases["thousands"][0]
    # Nothing is escaped here: templates give text with marked values, which each layout escapes.
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=False,
        undefined=StrictUndefined,
        finalize=lambda value: _marked(value, thousands),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    _check_templates(folder, place, environment)
    return Language(
        folder.name, place, {key: row[0] for key, row in phrases.items()},
        {key: Step(*row) for key, row in steps.items()}, environment,
    )  # fmt: skip


def _marked(value: object, thousands: str) -> Marked:
    """Applied to every expression of a template: a value is marked, unless its values are."""
    if isinstance(value, Marked):
        return value
    if isinstance(value, int):
        return mark(f"{value:,}".replace(",", thousands))
    return mark(value if value is not None else "")


def _table(path: Path, place: str, columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    where = f"{place}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
        raise KnowledgeError(f"{where} {why}: templates/en/{path.name} shows its form") from error
    found: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(read_rows(text, columns, where), 2):
        key = row[columns[0]]
        if key in found:
            raise KnowledgeError(f"{where}: row {number}: {key} stands there twice: remove one")
        found[key] = tuple(row[column] for column in columns[1:])
    return found


def _compare(where: str, what: str, own: Mapping[str, str], english: Mapping[str, str]) -> None:
    """Everything English has must be there, with the same values filled in, and nothing else."""
    missing = [key for key in english if key not in own]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise KnowledgeError(f"{where}: the {what} {missing[0]} is missing{more}: add it")
    for key, text in own.items():
        if key not in english:
            raise KnowledgeError(f"{where}: there is no {what} {key}: correct or remove it")
        expected, given = set(_PLACE.findall(english[key])), set(_PLACE.findall(text))
        if expected != given:
            odd = min(expected ^ given)
            fault = "lacks" if odd in expected else "has"
            wanted = ", ".join(f"{{{name}}}" for name in sorted(expected)) or "none"
            raise KnowledgeError(
                f"{where}: the {what} {key} {fault} {{{odd}}}; to be filled in: {wanted}"
            )


def _check_templates(folder: Path, place: str, environment: Environment) -> None:
    from jinja2 import TemplateSyntaxError, meta  # noqa: PLC0415 - slow to load

    names = {f"{name}.txt" for name in TEMPLATES} | {path.name for path in folder.glob("*.txt")}
    for name in sorted(names):
        try:
            text = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            missing = isinstance(error, FileNotFoundError)
            why = "is missing" if missing else f"cannot be read: {error}"
            raise KnowledgeError(f"{place}/{name} {why}: templates/en/{name} shows it") from error
        try:
            tree = environment.parse(text)
        except TemplateSyntaxError as error:
            raise KnowledgeError(f"{place}/{name}: line {error.lineno}: {error.message}") from error
        unknown = meta.find_undeclared_variables(tree) - VARIABLES
        if unknown:
            known = ", ".join(sorted(VARIABLES))
            raise KnowledgeError(
                f"{place}/{name}: there is no {min(unknown)}; a template may name {known}"
            )
        for part in meta.find_referenced_templates(tree):
            if part is not None and not (folder / part).is_file():
                raise KnowledgeError(f"{place}/{part} is missing: {name} takes it in")


def time_of(text: str) -> datetime | None:
    """An ISO 8601 time in UTC, which it is taken for where no zone is said; None for no time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None
