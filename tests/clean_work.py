"""A volume with files to take away, a plan that names them, and runs that may be killed."""

from __future__ import annotations

import errno
import os
import stat
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from alpheus.errors import AlpheusError
from alpheus.respond.apply import apply
from alpheus.respond.journal import Journal
from alpheus.respond.known_good import KnownGood
from alpheus.respond.model import FileAction, Phase, Plan, Step, signed
from alpheus.respond.outcome import Outcome
from alpheus.respond.undo import undo
from alpheus.respond.vault import Vault
from alpheus.respond.volumes import opened

PASSPHRASE = b"the stables of Augeas"
Tree = dict[str, tuple[int, int, int, bytes]]


def plan_of(
    named: Iterable[tuple[Sequence[str], bytes]], good: Mapping[str, bytes] = {},
    *, exchanged: bool = False,
) -> Plan:  # fmt: skip
    """A plan that takes these away from volume C; `good` by their last names takes their place."""
    files = tuple(
        FileAction(
            number, "C", tuple(parts), sha256(content).hexdigest(), "\\".join(parts),
            good=(sha256(good[parts[-1]]).hexdigest(),) if parts[-1] in good else (),
            exchanged=exchanged,
        )
        for number, (parts, content) in enumerate(named, 1)
    )  # fmt: skip
    step = Step(1, Phase.REMOVE, "Take the pages away", "they are web shells", files=files)
    return signed(Plan(
        server="MX01", product="Exchange", verdict="compromised", stage="implanted",
        headline="MX01 is compromised", made="2021-03-12T09:00:00Z", version="0",
        packs={}, assessment="0" * 64, steps=(step,),
    ))  # fmt: skip


def tree_of(root: Path) -> Tree:
    """Every name below a folder: kind and mode, times, content."""
    found: Tree = {}
    for path in [root, *sorted(root.rglob("*"))]:
        known = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(known.st_mode) else b""
        name = path.relative_to(root).as_posix()
        found[name] = (known.st_mode, known.st_mtime_ns, known.st_size, content)
    return {name: (mode, time, size if content else 0, content)
            for name, (mode, time, size, content) in found.items()}  # fmt: skip


def applied(
    plan: Plan, root: Path, vault: Path, known_good: Path | None = None
) -> list[Outcome]:  # fmt: skip
    """Carry it out."""
    with (
        opened({"C": root}) as volumes,
        Vault(vault, PASSPHRASE, create=True) as kept,
        Journal(vault / "journals", plan.digest) as journal,
    ):
        return list(apply(plan, volumes, kept, journal, KnownGood(known_good, plan.files())))


def undone(plan: Plan, root: Path, vault: Path, *, onto_other: bool = False) -> list[Outcome]:
    """Take it back."""
    with (
        opened({"C": root}) as volumes,
        Vault(vault, PASSPHRASE) as kept,
        Journal(vault / "journals", plan.digest) as journal,
    ):
        return list(undo(plan, volumes, kept, journal, onto_other=onto_other))


def killed_at(count: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that ends, without a word, at its n-th change of the disk.

    Gives whether it was killed; where there are fewer, it has done its work. A write that is the
    n-th writes half of what it should.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _end_at(count)
            work()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in {0, 9}, ended
    return ended == 9


def failing_at(count: int, work: Callable[[], object]) -> bool:
    """Do some work in a process whose n-th change of the disk fails: no space is left.

    Gives whether it came to that. What the program says of it is its own affair.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _end_at(count, fails=True)
            try:
                work()
            except AlpheusError:
                status = 9
            except BaseException:
                traceback.print_exc()
                raise
            else:
                status = 9 if _FAILED else 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in {0, 9}, ended
    return ended == 9


_FAILED: list[str] = []
_CHANGES = ("write", "rename", "unlink", "link", "fsync", "utime", "ftruncate", "mkdir", "replace",
            "fchmod")  # fmt: skip


def _end_at(count: int, *, fails: bool = False) -> None:
    left = count

    def watched(name: str) -> None:
        real = getattr(os, name)

        def call(*words: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left == 0 and fails:
                _FAILED.append(name)
                raise OSError(errno.ENOSPC, "No space left on device")
            if left <= 0 and not fails:
                if name == "write":
                    data = bytes(words[1])  # type: ignore[call-overload]
                    real(words[0], data[: len(data) // 2])
                os._exit(9)
            return real(*words, **named)

        setattr(os, name, call)

    for name in _CHANGES:
        if not (fails and name == "fchmod"):  # a mode that cannot be given back is told, no more
            watched(name)
