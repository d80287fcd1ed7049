"""One look at every kind of server, for all tests that ask nothing of their own."""

from __future__ import annotations

from collections import Counter

import pytest

from exposure_probing import PATIENT, Seen, probed, scope_of
from internet import running


@pytest.fixture(scope="session")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Those that never answer are waited for, which takes a quarter of a minute."""
    folder = tmp_path_factory.mktemp("every-kind")
    with running("every-kind", smtp=True) as internet:
        more = f"smtp: true\nsmtp_port: {internet.server.smtp_port}\n"
        scope = scope_of(folder, internet.port, more)
        addresses = internet.addresses()
        found = probed(folder, scope, addresses, limits=PATIENT)
        log = internet.server.log
        return Seen(
            folder / "run",
            found,
            {address: internet.truth(address) for address in addresses},
            [head for _, head in log.heads],
            Counter(log.requests),
        )
