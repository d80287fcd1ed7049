"""Which numbers no Exchange Server can have: those of a decoy, or of a slip of the pen.

Only the newest product still gets cumulative updates, and only the last of a product's cumulative
updates still get updates of their own. Numbers of later real updates are possible.
"""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.knowledge.build_number import UNHEARD_OF, BuildNumber
from alpheus.knowledge.build_table import BuildRow

STILL_UPDATED = 3
"""So many of a product's last cumulative updates may have got updates since the table was made."""


def why_impossible(number: BuildNumber, rows: Sequence[BuildRow]) -> str:
    """Why no server can have the build, or ''; `rows` are all listed builds, lowest first.

    Of products older than those in the table nothing is said.
    """
    if number.parts[0] < rows[0].build.parts[0]:
        return ""
    same = [row for row in rows if row.build.parts[:2] == number.parts[:2]]
    if not same:
        return f"no Exchange Server has builds that begin {number.parts[0]}.{number.parts[1]}"
    if number.prefix < same[0].build.prefix:
        return f"{number} is below the first build of {_called(same[0])} ({same[0].build})"
    last = _last_of_product(number, same)
    if number.prefix > last.build.prefix and (
        last is not rows[-1] or number.parts[2] >= UNHEARD_OF
    ):
        return f"{number} is above the last build of {_called(last)} ({last.build})"
    return _after_the_end(number, rows)


def _last_of_product(number: BuildNumber, same: Sequence[BuildRow]) -> BuildRow:
    """The last build of the product to which the number would belong; 2019 and SE begin alike."""
    product = [row for row in same if row.build.prefix <= number.prefix][-1].product
    return [row for row in same if row.product == product][-1]


def _after_the_end(number: BuildNumber, rows: Sequence[BuildRow]) -> str:
    """Why the number is above the last update of a cumulative update that gets none now, or ''."""
    family = [row for row in rows if row.build.prefix == number.prefix]
    if number.precision != 4 or number.parts[0] < 15 or not family or number <= family[-1].build:
        return ""
    later = {
        row.build.prefix
        for row in rows
        if row.product == family[-1].product and row.build.prefix > number.prefix
    }
    if len(later) < STILL_UPDATED:
        return ""
    return f"{number} is above the last update of {family[-1].cu} ({family[-1].build})"


def _called(row: BuildRow) -> str:
    """The product; of Exchange 2010, whose numbers begin anew with each, the service pack too."""
    return f"{row.product} {row.cu}" if row.build.parts[0] < 15 else row.product
