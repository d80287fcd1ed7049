"""Many packages at once: a ledger of units of work, who does them, and what came of all of them."""
