"""Bundles for tests: a publisher with keys, a pack, and what is done to a bundle on its way."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alpheus.updates.publish import Contents, Published, publish
from alpheus.updates.signing_keys import make_keys
from alpheus.updates.trust import read_root, trust

PASSPHRASE = "a passphrase of the tests"

PACK = """
id: {id}
version: "{version}"
title: An event of the tests
products: [Microsoft Exchange Server]
window: {{from: 2030-01-01T00:00:00Z, to: 2030-02-01T00:00:00Z}}
deciding: [{{name: front-end, any_of: [iis-site-1]}}]
"""

RULE = """
title: A request of the tests
name: {id}-request
id: 6a3a2fbc-0f0e-4a3c-9f2b-1d2f2f3d4c5e
status: test
logsource: {{category: webserver}}
detection: {{selection: {{cs-uri-stem: /only-in-tests.aspx}}, condition: selection}}
level: low
alpheus:
  stage: probed
  weight: context
  confidence: low
  examples:
    positive: [{{source: iis, fields: {{cs-uri-stem: /only-in-tests.aspx}}}}]
    negative: [{{source: iis, fields: {{cs-uri-stem: /in-tests.aspx}}}}]
"""


@dataclass(frozen=True)
class Desk:
    """A publisher at work: keys, packs, the bundle; and the place of one who installs."""

    folder: Path

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"

    @property
    def place(self) -> Path:
        return self.folder / "place"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def pack(self, name: str = "test-event", version: str = "1.0.0") -> Path:
        """The folder of a pack with one rule."""
        folder = self.folder / "packs" / name
        (folder / "sigma").mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(PACK.format(id=name, version=version), "utf-8")
        (folder / "sigma" / "request.yml").write_text(RULE.format(id=name), "utf-8")
        (folder / "playbook.md").write_text("# After an event of the tests\n", "utf-8")
        return folder

    def publish(
        self, *packs: Path, tables: tuple[Path, ...] = (), days: int = 30,
        now: datetime | None = None,
    ) -> Published:  # fmt: skip
        contents = Contents(tuple(packs), tables)
        return publish(self.bundle, contents, self.keys, PASSPHRASE, days=days, now=now)

    def trust(self, made: Published, name: str = "cert") -> None:
        found = read_root(made.root, name)
        trust(found, found.fingerprint, self.place)

    def copy(self, name: str) -> Path:
        """The bundle as it is now, elsewhere."""
        target = self.folder / name
        shutil.copytree(self.bundle, target)
        return target


def new_desk(folder: Path) -> Desk:
    """A publisher who has keys and nothing else."""
    desk = Desk(folder)
    make_keys(desk.keys, PASSPHRASE)
    return desk


def state_of(place: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for the lock, which holds nothing."""
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def edit_json(path: Path, change: dict[str, object]) -> None:
    """Change the signed part of a file of metadata, and leave its signatures."""
    content = json.loads(path.read_text("utf-8"))
    content["signed"].update(change)
    path.write_text(json.dumps(content), "utf-8")
