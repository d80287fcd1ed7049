"""Builds of Exchange and what March 2021 means for them, written down from public documentation.

Sources: Microsoft's page of build numbers and release dates, and its announcements of 2, 8, 11 and
16 March 2021 that say which cumulative updates got the fix, and which came with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHAIN = ("CVE-2021-26855", "CVE-2021-26858", "CVE-2021-27065")
"""Flaws of the front end and of what stands behind it: Exchange 2013 and later."""

MESSAGING = "CVE-2021-26857"
"""The flaw of unified messaging: Exchange 2010 as well."""

NEVER = 10**6


@dataclass(frozen=True, slots=True)
class Release:
    """One build; `fixed_from` is the last number of its family's first build with the fix."""

    product: str
    label: str
    build: str
    fixed_from: int

    @property
    def parts(self) -> tuple[int, int, int, int]:
        """The four numbers."""
        major, minor, build, revision = self.build.split(".")
        return int(major), int(minor), int(build), int(revision)

    @property
    def family(self) -> str:
        """The first three numbers: the cumulative update."""
        return self.build.rpartition(".")[0]

    @property
    def padded(self) -> str:
        """As some answers write it: `15.01.2176.002`."""
        major, minor, build, revision = self.parts
        return f"{major}.{minor:02d}.{build:04d}.{revision:03d}"

    @property
    def modern(self) -> bool:
        """Exchange 2013 and later: the logon page names three numbers only."""
        return self.parts[0] >= 15

    @property
    def family_is_mixed(self) -> bool:
        """Whether the first three numbers leave it open."""
        return 0 < self.fixed_from < NEVER


def states(release: Release) -> Mapping[str, str]:
    """The state of the four flaws of March 2021: `vulnerable`, `fixed` or `not-affected`."""
    major = release.parts[0]
    if major < 14:
        return dict.fromkeys((*CHAIN, MESSAGING), "not-affected")
    state = "fixed" if release.parts[3] >= release.fixed_from else "vulnerable"
    if major == 14:
        # Of Exchange 2010 only the third service pack got a fix, from rollup 32.
        fixed = release.parts[1] == 3 and release.parts[2] >= 513
        return {
            **dict.fromkeys(CHAIN, "not-affected"),
            MESSAGING: "fixed" if fixed else "vulnerable",
        }
    return dict.fromkeys((*CHAIN, MESSAGING), state)


_TABLE = """
2007|8.0.685.25 RTM|8.1.240.6 SP1|8.2.176.2 SP2|8.3.83.6 SP3|8.3.485.1 SP3 RU20|8.3.517.0 SP3 RU23
2010|14.0.639.21 RTM|14.1.218.15 SP1|14.2.247.5 SP2|14.2.390.3 SP2 RU8|14.3.123.4 SP3
2010|14.3.235.1 SP3 RU8v2|14.3.361.1 SP3 RU18|14.3.468.0 SP3 RU29|14.3.496.0 SP3 RU30
2010|14.3.509.0 SP3 RU31|14.3.513.0 SP3 RU32
2013|-|15.0.516.32 RTM|15.0.620.29 CU1|15.0.712.24 CU2|15.0.775.38 CU3|15.0.913.22 CU5
2013|-|15.0.995.29 CU6|15.0.1044.25 CU7|15.0.1076.9 CU8|15.0.1104.5 CU9|15.0.1130.7 CU10
2013|-|15.0.1156.6 CU11|15.0.1178.4 CU12|15.0.1210.3 CU13|15.0.1236.3 CU14|15.0.1263.5 CU15
2013|-|15.0.1293.2 CU16|15.0.1320.4 CU17|15.0.1347.2 CU18|15.0.1365.1 CU19|15.0.1367.3 CU20
2013|64|15.0.847.32 SP1|15.0.847.64 SP1 Mar21
2013|12|15.0.1395.4 CU21|15.0.1395.12 CU21 Mar21
2013|6|15.0.1473.3 CU22|15.0.1473.6 CU22 Mar21
2013|12|15.0.1497.2 CU23|15.0.1497.6 CU23 Mar20|15.0.1497.10 CU23 Feb21|15.0.1497.12 CU23 Mar21
2013|12|15.0.1497.15 CU23 Apr21|15.0.1497.18 CU23 May21|15.0.1497.48 CU23 Mar23
2016|-|15.1.225.42 RTM|15.1.396.30 CU1|15.1.466.34 CU2|15.1.544.27 CU3|15.1.669.32 CU4
2016|-|15.1.845.34 CU5|15.1.1034.26 CU6|15.1.1261.35 CU7
2016|10|15.1.1415.2 CU8|15.1.1415.10 CU8 Mar21
2016|16|15.1.1466.3 CU9|15.1.1466.16 CU9 Mar21
2016|12|15.1.1531.3 CU10|15.1.1531.12 CU10 Mar21
2016|18|15.1.1591.10 CU11|15.1.1591.18 CU11 Mar21
2016|10|15.1.1713.5 CU12|15.1.1713.10 CU12 Mar21
2016|8|15.1.1779.2 CU13|15.1.1779.8 CU13 Mar21
2016|12|15.1.1847.3 CU14|15.1.1847.12 CU14 Mar21
2016|12|15.1.1913.5 CU15|15.1.1913.12 CU15 Mar21
2016|8|15.1.1979.3 CU16|15.1.1979.8 CU16 Mar21
2016|13|15.1.2044.4 CU17|15.1.2044.13 CU17 Mar21
2016|13|15.1.2106.2 CU18|15.1.2106.6 CU18 Dec20|15.1.2106.13 CU18 Mar21
2016|9|15.1.2176.2 CU19|15.1.2176.4 CU19 Feb21|15.1.2176.9 CU19 Mar21|15.1.2176.14 CU19 May21
2016|0|15.1.2242.4 CU20|15.1.2242.10 CU20 May21|15.1.2308.8 CU21|15.1.2308.20 CU21 Nov21
2016|0|15.1.2375.7 CU22|15.1.2507.6 CU23|15.1.2507.39 CU23 Apr24
2019|18|15.2.221.12 RTM|15.2.221.18 RTM Mar21
2019|11|15.2.330.5 CU1|15.2.330.11 CU1 Mar21
2019|11|15.2.397.3 CU2|15.2.397.11 CU2 Mar21
2019|15|15.2.464.5 CU3|15.2.464.15 CU3 Mar21
2019|13|15.2.529.5 CU4|15.2.529.13 CU4 Mar21
2019|8|15.2.595.3 CU5|15.2.595.8 CU5 Mar21
2019|12|15.2.659.4 CU6|15.2.659.12 CU6 Mar21
2019|13|15.2.721.2 CU7|15.2.721.6 CU7 Dec20|15.2.721.13 CU7 Mar21
2019|10|15.2.792.3 CU8|15.2.792.5 CU8 Feb21|15.2.792.10 CU8 Mar21|15.2.792.15 CU8 May21
2019|0|15.2.858.5 CU9|15.2.858.12 CU9 May21|15.2.922.7 CU10|15.2.986.5 CU11|15.2.1118.7 CU12
2019|0|15.2.1258.12 CU13|15.2.1544.4 CU14|15.2.1544.11 CU14 Apr24|15.2.1748.10 CU15
SE|0|15.2.2562.17 RTM|15.2.2562.20 Aug25
"""


def _read_table() -> dict[str, Release]:
    found: dict[str, Release] = {}
    for line in filter(None, _TABLE.splitlines()):
        product, *cells = line.split("|")
        fixed_from = NEVER
        if cells[0].isdigit() or cells[0] == "-":
            first = cells.pop(0)
            fixed_from = NEVER if first == "-" else int(first)
        for cell in cells:
            build, _, label = cell.partition(" ")
            found[build] = Release(f"Exchange Server {product}", label, build, fixed_from)
    return found


RELEASES: Mapping[str, Release] = _read_table()
"""Every build that a simulated server can run, by its four numbers, without zero padding."""


def release(build: str) -> Release:
    """The release of a four-part build; raises KeyError if the table does not list it."""
    return RELEASES[build]
