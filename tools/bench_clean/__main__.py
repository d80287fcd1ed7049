"""Measure a clean-up of many files: `python -m tools.bench_clean --files 100000`.

Each round writes a tree of pages of 2 KB, a hundred to a folder, and an assessment that names them
all; plans, applies and undoes it with the program as whole processes; and then does with the
system's own programs what comes nearest: `cp -a` into another folder, `sync`, `rm -r` to take the
files away, `cp -a` and `sync` to bring them back. The tree is compared with what it was. Medians.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

EACH = 100
"""Files of a folder."""

WEB = "inetpub/wwwroot/aspnet_client"
SIZE = 2048


class Spent(NamedTuple):
    """What a step took."""

    seconds: float
    memory: int


def tree(root: Path, files: int) -> list[dict[str, object]]:
    """Write pages; gives what an assessment cites of them."""
    cited: list[dict[str, object]] = []
    for number in range(files):
        place = f"{WEB}/d{number // EACH:05d}/x{number}.aspx"
        path = root / place
        if number % EACH == 0:
            path.parent.mkdir(parents=True)
        content = f"page {number}".encode().ljust(SIZE, b".")
        path.write_bytes(content)
        cited.append({"evidence": "E1", "path": f"C/{place}", "text": "",
                      "sha256": sha256(content).hexdigest()})  # fmt: skip
    return cited


def assessment(file: Path, cited: list[dict[str, object]]) -> None:
    """An assessment with one finding that cites all of them."""
    finding = {
        "rule": "page-foreign", "pack": "iis-webshell", "title": "A page that belongs nowhere",
        "stage": "implanted", "weight": "proof", "confidence": "high",
        "time": "2021-03-01T00:00:00Z", "citations": cited, "citations_total": len(cited),
    }  # fmt: skip
    server = {
        "name": "MX01", "product": "Microsoft Exchange Server", "verdict": "compromised",
        "stage": "implanted", "headline": "MX01 is compromised.", "findings": [finding],
    }  # fmt: skip
    run = {"finished": "2021-03-11T00:00:00Z", "version": "0", "packs": []}
    document = {"schema": "alpheus.assessment/1", "run": run, "servers": [server]}
    file.write_text(json.dumps(document), encoding="utf-8")


def spent(*commands: list[str], cwd: Path) -> Spent:
    """Run programs one after another: seconds of all, and the peak (bytes) of the largest."""
    environment = os.environ | {"ALPHEUS_VAULT_PASSPHRASE": "a word for it", "ALPHEUS_CUSTODY": "-"}
    begin, peak = time.perf_counter(), 0
    for command in commands:
        process = subprocess.Popen(  # noqa: S603 - fixed programs
            command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
        peak = max(peak, used.ru_maxrss * 1024)
    return Spent(time.perf_counter() - begin, peak)


def ours(folder: Path) -> dict[str, Spent]:
    """Plan, apply, undo."""
    program = [sys.executable, "-m", "alpheus", "clean"]
    found = {"plan": spent([*program, "plan", "a.json", "-o", "plan.json"], cwd=folder)}
    digest = json.loads((folder / "plan.json").read_bytes())["digest"]
    rest = ["plan.json", "--root", "C=C", "--vault", "vault"]
    found["apply"] = spent(
        [*program, "apply", *rest, "--execute", "--digest", digest], cwd=folder
    )  # fmt: skip
    left = sum(len(names) for _, _, names in os.walk(folder / "C"))
    if left:
        sys.exit(f"{left:,} files are still there")
    found["undo"] = spent([*program, "undo", *rest], cwd=folder)
    return found


def theirs(folder: Path) -> dict[str, Spent]:
    """The same by the system's own programs, without encryption, journal or a look at a hash."""
    away = spent(["cp", "-a", "C", "aside"], ["sync"], ["find", "C", "-type", "f", "-delete"],
                 ["sync"], cwd=folder)  # fmt: skip
    back = spent(["cp", "-a", "aside/.", "C/"], ["sync"], cwd=folder)
    return {"apply": away, "undo": back}


def same(folder: Path, before: dict[str, tuple[int, int]]) -> None:
    """Ends the program where the tree is not what it was."""
    if seen(folder / "C") != before:
        sys.exit("undone, the tree is not what it was")


def seen(root: Path) -> dict[str, tuple[int, int]]:
    """Time and size of each file and folder; contents are looked at by undo itself."""
    found = {}
    for here, _, names in os.walk(root):
        known = os.lstat(here)
        found[here] = (known.st_mtime_ns, 0)
        for name in names:
            known = os.lstat(Path(here, name))
            found[f"{here}/{name}"] = (known.st_mtime_ns, known.st_size)
    return found


@contextmanager
def scratch(where: Path) -> Iterator[Path]:
    """A folder that is removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="bench-clean-", dir=where))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measured(files: int, where: Path) -> tuple[dict[str, Spent], dict[str, Spent]]:
    """One round, ours and theirs, on trees of their own."""
    with scratch(where) as folder:
        assessment(folder / "a.json", tree(folder / "C", files))
        os.sync()
        before = seen(folder / "C")
        first = ours(folder)
        same(folder, before)
    with scratch(where) as folder:
        tree(folder / "C", files)
        os.sync()
        second = theirs(folder)
    return first, second


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="bench-clean", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="files (default: 100000)")
    parser.add_argument("--rounds", type=int, default=1, help="rounds (default: 1)")
    parser.add_argument(
        "--folder", type=Path, default=Path(), help="where to write (default: here)"
    )
    options = parser.parse_args()
    rounds = [measured(options.files, options.folder) for _ in range(options.rounds)]
    print(f"{options.files:,} files, {options.rounds} rounds; load {os.getloadavg()[0]:.1f}")
    print("| step | ours | memory | cp -a, sync, find -delete | ratio |")
    print("| --- | --- | --- | --- | --- |")
    for step in ("plan", "apply", "undo"):
        mine = statistics.median(one[step].seconds for one, _ in rounds)
        memory = max(one[step].memory for one, _ in rounds)
        rate = options.files / mine
        beside = "– | –"
        if step != "plan":
            other = statistics.median(two[step].seconds for _, two in rounds)
            beside = f"{options.files / other:,.0f} files/s ({other:.1f} s) | {other / mine:.2f} ×"
        print(
            f"| {step} | {rate:,.0f} files/s ({mine:.1f} s) | {memory / 1e6:,.0f} MB | {beside} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
