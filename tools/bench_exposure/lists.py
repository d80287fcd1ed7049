"""`import`: a list as Shadowserver sends it, a million rows long."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tools.bench.race import Row, alpheus, note
from tools.bench_exposure.child import run
from tools.bench_exposure.setting import Setting

from alpheus.knowledge.builds import Builds

COLUMNS = (
    "timestamp", "ip", "port", "hostname", "tag", "asn", "geo", "region", "city", "naics", "sic",
    "sector", "version", "servername", "url",
)  # fmt: skip
"""Those of `scan_exchange` in March 2021."""
_SECTORS = ("", "", "Government", "Education", "Healthcare", "Manufacturing", "Retail Trade")
_COUNTRIES = ("US", "DE", "GB", "FR", "IT", "NL", "AT", "CH", "CZ", "PL", "RU", "CN", "AU", "CA")


def rows(setting: Setting) -> list[Row]:
    """Seconds and memory of the whole program, and whether every row came through."""
    path = setting.folder / f"2021-03-15-scan_exchange-{setting.rows}.csv"
    if not path.exists():
        note(f"  import: writing {setting.rows:,} rows")
        write(path, setting.rows)
    out = setting.scratch / "imported.jsonl"
    note("  import: reading them")
    used = run(*alpheus("import", "--format", "jsonl", "-o", str(out), str(path)))
    with out.open("rb") as stream:
        lines = sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    size = path.stat().st_size / 1e6
    return [
        Row("import", f"{setting.rows:,} Shadowserver rows ({size:.0f} MB) to JSON lines",
            f"{used.wall:.1f} s, {used.peak / 1e6:.0f} MB at most; {lines:,} observations", "", "",
            "60 s, 500 MB"),
    ]  # fmt: skip


def write(path: Path, count: int) -> None:
    """Made-up rows; the same ones each time. A part of a file does not stay."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(made_up(count))
    part.replace(path)


def made_up(count: int) -> Iterator[tuple[str, ...]]:
    """Rows of addresses that belong to nobody, in 10.0.0.0/8."""
    draw = Random(1)  # noqa: S311 - a made-up list
    builds = [".".join(map(str, row.build.prefix)) for row in Builds.load().rows()]
    first = 10 << 24
    for number in range(count):
        address = ".".join(map(str, (first + number * 13 % (1 << 24)).to_bytes(4)))
        name = f"mail{number % 7}.organisation-{number // 3}.example"
        build = draw.choice(builds)
        yield (
            f"2021-03-15 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}",
            address, "443", name if draw.random() < 0.8 else "",
            "exchange;cve-2021-26855" if draw.random() < 0.3 else "exchange",
            str(64496 + number % 16), draw.choice(_COUNTRIES), "REGION", "CITY", "0", "0",
            draw.choice(_SECTORS), build, f"MADEUP-EX{number % 9}", f"https://{address}/owa/",
        )  # fmt: skip
