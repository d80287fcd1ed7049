"""One round of a clean-up that is killed, and what must hold after it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus.respond import vault_folder
from alpheus.respond.model import Plan
from alpheus.respond.outcome import Outcome
from alpheus.respond.vault import Vault
from alpheus.respond.vault_cipher import Stretching
from clean_work import PASSPHRASE, Tree, applied, failing_at, killed_at, plan_of, tree_of, undone

NAMES = ("x.aspx", "Y.ASPX", "ü é.aspx", "-r", "a'b\".asp", "con", "deep", "$(x)", "z\n.aspx")
MOST_CHANGES = 40
"""A round of four files changes the disk about so often."""
LONGEST = 0.03
"""Seconds: a round takes about so long."""


class Wrong(AssertionError):  # noqa: N818 - it says what is wrong
    """What may never be."""


class Round:
    """One tree, one plan, one kill; and now and then more, of apply and undo in any order."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._root = folder / "c"
        self._vault = folder / "v"
        self._media = folder / "good"
        self._contents: dict[str, bytes] = {}
        self._good: dict[str, bytes] = {}
        self.plan = self._made()
        self.before = tree_of(self._root)

    def run(self) -> int:
        """How many of its runs were killed before they had ended. Raises Wrong."""
        with _quick():
            back = self._chance.random() < 0.4
            if back:
                applied(self.plan, self._root, self._vault, self._media)
            killed = int(self._run(back=back))
            while self._chance.random() < 0.4 and self._vault.joinpath("vault.json").exists():
                killed += self._run(back=self._chance.random() < 0.5)
            if self._chance.random() < 0.5:
                self._is_all(self._applied(self.plan, self._root, self._vault), "apply")
                self._is_away()
            elif not self._vault.joinpath("vault.json").exists():
                return killed
            self._is_all(undone(self.plan, self._root, self._vault), "undo")
            after = tree_of(self._root)
            if after != self.before:
                message = f"undone, it is not as before: {_differences(self.before, after)}"
                raise Wrong(message)
        return killed

    def _run(self, *, back: bool) -> bool:
        work = partial(undone if back else self._applied, self.plan, self._root, self._vault)
        killed = self._killed(work)
        self._nothing_is_lost()
        return killed

    def _applied(self, plan: Plan, root: Path, vault: Path) -> list[Outcome]:
        return applied(plan, root, vault, self._media)

    def _made(self) -> Plan:
        chance, named = self._chance, []
        self._media.mkdir()
        for number in range(chance.randint(1, 5)):
            parts = [chance.choice(("web", "Web2", "a b")) for _ in range(chance.randint(0, 2))]
            parts.append(f"{number}{chance.choice(NAMES)}".replace("\n", "_"))
            path = self._root.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            content = chance.randbytes(chance.choice((0, 10, 3_000, 70_000)))
            path.write_bytes(content)
            os.utime(path, ns=(10**18 + number, 10**18 + 7 * number))
            if chance.random() < 0.8:
                named.append((parts, content))
                self._contents["/".join(parts)] = content
                if chance.random() < 0.4:
                    self._good["/".join(parts)] = good = b"good" + chance.randbytes(2_000)
                    (self._media / parts[-1]).write_bytes(good)
        for folder in sorted(self._root.rglob("*")):
            if folder.is_dir():
                os.utime(folder, ns=(10**18, 10**18 + 5))
        return plan_of(named, {name.rpartition("/")[2]: good for name, good in self._good.items()})

    def _killed(self, work: Callable[[], object]) -> bool:
        kind = self._chance.random()
        if kind < 0.15:
            return failing_at(self._chance.randint(1, MOST_CHANGES), work)
        if kind < 0.5:
            return killed_at(self._chance.randint(1, MOST_CHANGES), work)
        child = os.fork()
        if child == 0:
            try:
                work()
            finally:
                os._exit(0)
        time.sleep(self._chance.random() * LONGEST)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)

    def _nothing_is_lost(self) -> None:
        """Each file is in its place, whole, or in the vault; beside it nothing is half there."""
        for name, content in self._contents.items():
            path = self._root / name
            found = path.read_bytes() if path.exists() else None
            if found == content:
                continue
            if found is not None and found != self._good.get(name):
                message = f"{name} is in its place, and is not what it was"
                raise Wrong(message)
            with Vault(self._vault, PASSPHRASE) as vault:
                if b"".join(vault.read(sha256(content).hexdigest())) != content:
                    message = f"{name} is lost"
                    raise Wrong(message)

    def _is_all(self, outcomes: Sequence[Outcome], what: str) -> None:
        results = {outcome.result.value for outcome in outcomes}
        if results - {"done", "already"}:
            message = f"{what} did not finish: {results}"
            raise Wrong(message)

    def _is_away(self) -> None:
        tree = tree_of(self._root)
        for name in self._contents:
            found = tree[name][3] if name in tree else None
            if found != self._good.get(name):
                message = f"after the next run {name} is not as it should be"
                raise Wrong(message)
        if aside := [name for name in tree if ".alpheus-" in name]:
            message = f"after the next run there is still {aside}"
            raise Wrong(message)


@contextmanager
def _quick() -> Iterator[None]:
    """A passphrase that is stretched only a little: it is not what is tried here."""
    with pytest.MonkeyPatch.context() as patch:
        little = partial(Stretching, passes=1, memory=8192, lanes=1)
        patch.setattr(vault_folder, "Stretching", lambda salt, *_: little(salt))
        yield


def _differences(before: Tree, after: Tree) -> str:
    names = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    return ", ".join(f"{name}: {before.get(name)} -> {after.get(name)}"[:200] for name in names)
