"""What is asked of a campaign, and kept ready."""

from __future__ import annotations

import random
from collections.abc import Callable

from tools.bench_cases.filling import SECTORS

from alpheus.campaign.service import DIMENSIONS, Campaign
from alpheus.cases.database import Database
from alpheus.cases.service import Filters


def questions(database: Database, chance: random.Random) -> dict[str, Callable[[], object]]:
    """Counts, owners and series; who is left and why reads every server and is no such question."""
    campaign = Campaign(database)

    def counts(by: str) -> Callable[[], object]:
        return lambda: campaign.counts(by)

    return {
        **{f"campaign counts {by}".rstrip(): counts(by) for by in ("", *DIMENSIONS)},
        "campaign owners": campaign.owners,
        "campaign series": campaign.series,
        "campaign pace": campaign.pace,
        "campaign series, sector": lambda: campaign.series(
            Filters(sector=(chance.choice(SECTORS[:-1]),))
        ),
        "campaign series, region": lambda: campaign.series(
            Filters(region=(f"US-{chance.randrange(1, 50):02d}",))
        ),
        "campaign series, network": lambda: campaign.series(
            Filters(network=(str(64_500 + chance.randrange(1, 40)),))
        ),
    }
