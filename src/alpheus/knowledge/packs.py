"""Loads knowledge packs: those that ship, those installed, and the operator's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from alpheus.errors import KnowledgeError, UsageError
from alpheus.knowledge.indicators import read_indicators
from alpheus.knowledge.installed import PACKS, Installed, installed
from alpheus.knowledge.model import (
    Indicator,
    Pack,
    PlaybookStep,
    RejectedFile,
    SigmaFile,
    YaraFile,
)
from alpheus.knowledge.pack_file import read_pack_file
from alpheus.knowledge.placeholders import (
    PLACEHOLDERS_FILE,
    Placeholders,
    PlaceholdersError,
    read_placeholders,
)
from alpheus.knowledge.rule_files import RuleError, read_sigma, read_yara
from alpheus.knowledge.shared.model import NONE_SHARED, SharedPaths

_SHIPPED = Path(__file__).parent / "packs"
FOLDER = _SHIPPED
EXTRA = "extra"
"""Id of the pack that holds the operator's own rule files."""

FILES_LIMIT = 20_000
"""Rule files read from one folder of the operator's own."""

_SIGMA = (".yml", ".yaml")
_YARA = (".yar", ".yara")


def pack_ids() -> tuple[str, ...]:
    """The ids of the packs that ship or are installed, in alphabetical order."""
    return tuple(sorted(_folders(installed())))


def pack_folder(pack: str) -> Path | None:
    """Where a pack lies: one that is installed stands in for the one that ships. None for none."""
    return _folders(installed()).get(pack)


def _folders(added: Installed) -> dict[str, Path]:
    shipped = {path.parent.name: path.parent for path in FOLDER.glob("*/pack.yaml")}
    return shipped | {one.id: added.folder / PACKS / one.id for one in added.packs}


def load_packs(
    ids: Sequence[str] | None = None, extra: Sequence[Path] = (), shared: SharedPaths = NONE_SHARED
) -> tuple[Pack, ...]:
    """The packs named by `ids` (all that ship or are installed, if None), and those of `extra`.

    A path in `extra` is a rule file, a folder of Sigma and YARA files, or the folder of a pack.
    Loose rules come in one pack with the id `extra`. What cannot be used there is no error: it
    stands in `rejected` of that pack, or of the pack it belongs to. What is `shared` comes as one
    more pack (see `knowledge.shared`).

    What a pack builds on is loaded with it. Raises UsageError for an id that does not exist, a path
    of `extra` where nothing is, and two packs with the same id. Raises KnowledgeError if a pack
    that ships is broken, or builds on one that is not there.
    """
    folders = _folders(installed())
    known = tuple(sorted(folders))
    wanted = known if ids is None else tuple(dict.fromkeys(ids))
    for one in wanted:
        if one not in known:
            message = f"no pack {one!r}; known packs: {', '.join(known)}"
            raise UsageError(message)
    packs = [_known(folders[one]) for one in wanted]
    loose = _Loose()
    for path in extra:
        pack = _foreign(path, loose)
        if pack is not None:
            packs.append(pack)
    packs = _founded([*packs, *_bases(packs)])
    if loose.files or loose.rejected:
        packs.append(loose.pack(Path(extra[0])))
    if shared.indicators:
        from alpheus.knowledge.shared.reading import shared_pack  # noqa: PLC0415 - few need it

        packs.append(shared_pack(shared))
    _unique(packs)
    return tuple(packs)


def _bases(packs: Sequence[Pack]) -> list[Pack]:
    """The packs that those which are loaded build on, and that are not among them."""
    there = {pack.id for pack in packs}
    found: list[Pack] = []
    folders = _folders(installed())
    waiting = list(packs)
    while waiting:
        pack = waiting.pop(0)
        for one in pack.builds_on:
            if one in there:
                continue
            if one not in folders:
                message = f"{pack.folder / 'pack.yaml'}: builds_on: there is no pack {one!r}"
                raise KnowledgeError(message)
            there.add(one)
            found.append(_known(folders[one]))
            waiting.append(found[-1])
    return found


def _founded(packs: Sequence[Pack]) -> list[Pack]:
    """The packs, each with the playbooks of those that it builds on behind its own."""
    known = {pack.id: pack for pack in packs}

    def steps(pack: Pack, above: tuple[str, ...]) -> tuple[PlaybookStep, ...]:
        found = pack.playbook
        for one in pack.builds_on:
            if one not in above:
                found += steps(known[one], (*above, one))
        return tuple(dict.fromkeys(found))

    return [replace(pack, playbook=steps(pack, (pack.id,))) for pack in packs]


@dataclass
class _Loose:
    """The operator's rule files gathered so far."""

    sigma: list[SigmaFile] = field(default_factory=list)
    yara: list[YaraFile] = field(default_factory=list)
    rejected: list[RejectedFile] = field(default_factory=list)
    placeholders: Placeholders = field(default_factory=dict)

    @property
    def files(self) -> int:
        return len(self.sigma) + len(self.yara)

    def read(self, pack: str, path: Path) -> None:
        """Take in one rule file, or the reason why not."""
        try:
            if path.suffix.lower() in _YARA:
                self.yara.append(read_yara(pack, path))
            else:
                found = read_sigma(pack, path, self._reject)
                self.sigma.extend(replace(one, placeholders=self.placeholders) for one in found)
        except RuleError as error:
            self._reject(error)

    def _reject(self, error: RuleError) -> None:
        self.rejected.append(RejectedFile(error.path, error.place, error.reason))

    def read_placeholders(self, folder: Path) -> None:
        """Take in the values that this folder gives to the placeholders of its rules."""
        try:
            self.placeholders = read_placeholders(folder)
        except PlaceholdersError as error:
            self.placeholders = {}
            self.rejected.append(RejectedFile(folder / PLACEHOLDERS_FILE, "", str(error)))

    def pack(self, folder: Path) -> Pack:
        return Pack(
            id=EXTRA, version="0", title="Rules of the operator", folder=folder, products=(),
            cves=(), window=None, deciding=(), sigma=tuple(self.sigma), yara=tuple(self.yara),
            rejected=tuple(self.rejected),
        )  # fmt: skip


def _known(folder: Path) -> Pack:
    """A pack that ships, or one that is installed, which may be another the next time."""
    return _shipped(folder) if folder.parent == _SHIPPED else read_whole_pack(folder)


@cache
def _shipped(folder: Path) -> Pack:
    """A pack of this package; read once per process."""
    return read_whole_pack(folder)


def read_whole_pack(folder: Path) -> Pack:
    """A pack in which everything must be right, as in those that ship.

    Raises KnowledgeError naming file and place.
    """
    pack = read_pack_file(folder / "pack.yaml")
    sigma = [
        rule for path in _rules(folder / "sigma", _SIGMA) for rule in read_sigma(pack.id, path)
    ]
    for rule in sigma:
        if rule.meaning is None:
            raise RuleError(rule.path, str(rule.document["title"]), "has no block alpheus")
    return replace(
        pack,
        sigma=tuple(sigma),
        yara=tuple(read_yara(pack.id, path) for path in _rules(folder / "yara", _YARA)),
        indicators=_indicators(pack.id, folder),
    )


def _foreign(path: Path, loose: _Loose) -> Pack | None:
    """A pack of the operator's; None for loose rules, which go into `loose`."""
    if not path.exists():
        message = f"no rules at {path}: no such file or folder"
        raise UsageError(message)
    if (path / "pack.yaml").is_file():
        return _foreign_pack(path, loose)
    loose.read_placeholders(path)
    files = [path] if path.is_file() else list(_rules(path, (*_SIGMA, *_YARA)))
    for file in files[:FILES_LIMIT]:
        loose.read(EXTRA, file)
    if len(files) > FILES_LIMIT:
        reason = f"more than {FILES_LIMIT} rule files: {len(files) - FILES_LIMIT} were not read"
        loose.rejected.append(RejectedFile(path, "", reason))
    return None


def _foreign_pack(folder: Path, loose: _Loose) -> Pack | None:
    """A pack folder of the operator's: a wrong rule costs that file, a wrong pack.yaml the pack."""
    try:
        pack = read_pack_file(folder / "pack.yaml")
        indicators = _indicators(pack.id, folder)
    except KnowledgeError as error:
        loose.rejected.append(RejectedFile(folder, "", str(error)))
        return None
    own = _Loose()
    own.read_placeholders(folder)
    for path in (*_rules(folder / "sigma", _SIGMA), *_rules(folder / "yara", _YARA)):
        own.read(pack.id, path)
    return replace(
        pack,
        sigma=tuple(own.sigma),
        yara=tuple(own.yara),
        indicators=indicators,
        rejected=tuple(own.rejected),
    )


def _indicators(pack: str, folder: Path) -> tuple[Indicator, ...]:
    path = folder / "indicators.csv"
    return read_indicators(pack, path) if path.is_file() else ()


def _rules(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Rule files below a folder, in a stable order."""
    for path in sorted(folder.rglob("*")):
        if path.name == PLACEHOLDERS_FILE and path.parent == folder:
            continue
        if path.suffix.lower() in suffixes and path.is_file():
            yield path


def _unique(packs: Sequence[Pack]) -> None:
    seen: set[str] = set()
    for pack in packs:
        if pack.id in seen:
            message = f"two packs are called {pack.id!r}: rename one of them"
            raise UsageError(message)
        seen.add(pack.id)
