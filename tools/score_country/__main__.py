"""Score cases on a simulated country: `python -m tools.score_country COUNTRY --database PLACE`.

COUNTRY is a folder of `alpheus lab country`, PLACE the database that its lists were imported into.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec
from tools.score_country.figures import figures
from tools.score_country.found import read_found
from tools.score_country.mistakes import worst
from tools.score_country.text import data, text
from tools.score_country.truth import read_country

from alpheus.cases.database import open_database
from alpheus.errors import AlpheusError
from alpheus.knowledge.tables import read_table


def main() -> int:
    """Print the figures; 3 where the country or the database cannot be read."""
    options = _options()
    try:
        country = read_country(options.country)
        with open_database(options.database, create=False) as database:
            found = read_found(database, country)
            told = figures(country, found, wider_sectors())
            joins, splits = worst(database, found, options.worst)
    except (AlpheusError, OSError, msgspec.MsgspecError) as error:
        print(f"score_country: {error}", file=sys.stderr)
        return 3
    mistakes = {"Wrongly joined, the worst first": joins, "Not joined, the worst first": splits}
    print(text(country, found, told, mistakes), end="")
    if options.json:
        options.json.write_bytes(
            msgspec.json.format(msgspec.json.encode(data(country, found, told)))
        )
    return 0


def wider_sectors() -> dict[str, frozenset[str]]:
    """For every sector those that it lies in, however many steps above."""
    rows = read_table("sectors.csv", ("sector", "within"))
    above = {row["sector"]: row["within"].split() for row in rows}

    def all_above(sector: str) -> set[str]:
        found: set[str] = set()
        waiting = list(above.get(sector, ()))
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += above.get(one, ())
        return found

    return {sector: frozenset(all_above(sector)) for sector in above}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="score_country", description=__doc__)
    parser.add_argument("country", type=Path, metavar="COUNTRY")
    parser.add_argument("--database", required=True, metavar="PLACE")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--worst", type=int, default=5, metavar="N",
        help="explain the N worst mistakes of each kind (default: 5)",
    )  # fmt: skip
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
