"""Old servers are asked in threads, beside the loop."""

from __future__ import annotations

import select
from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.exposure.call import Call
from alpheus.exposure.model import Conversation, Endpoint, ProbeKind, Response
from alpheus.exposure.old_tls import OldTlsPool, Result
from alpheus.exposure.plan import Step, request_bytes
from alpheus.exposure.second_chance import SecondChanceError, is_available
from exposure_probing import probed, scope_of
from internet import running

pytestmark = pytest.mark.skipif(not is_available(), reason="tlslite-ng is not installed")


def test_results_wake_the_loop_and_say_whose_they_are() -> None:
    """A response, or why there is none."""
    pool = OldTlsPool(5)
    with running("every-kind") as internet:
        endpoint = Endpoint("a", internet.address("tls-rc4"), internet.port)
        step = Step(ProbeKind.OWA, "")
        calls = [
            Call(number, Conversation(one), step, 0.0)
            for number, one in enumerate([endpoint, replace(endpoint, port=1)])
        ]
        for call in calls:
            pool.open(call)
        opened = _results(pool, 2)
        assert opened[0] is None
        assert isinstance(opened[1], SecondChanceError)
        pool.ask(calls[0], request_bytes(step, endpoint, "test"))
        assert isinstance(_results(pool, 1)[0], Response)
        assert pool.inside == 0
    pool.close()
    for call in calls:
        call.close()


def _results(pool: OldTlsPool, wanted: int) -> dict[int, Result]:
    results: dict[int, Result] = {}
    while len(results) < wanted:
        assert select.select([pool.wakes], [], [], 20)[0]
        results.update({call.number: result for call, result in pool.results()})
    return results


def test_an_old_server_is_identified_by_a_second_chance(tmp_path: Path) -> None:
    """With what is weak about it."""
    with running("every-kind") as internet:
        addresses = [internet.address(kind) for kind in ("tls-rc4", "tls-3des")]
        seen = probed(tmp_path, scope_of(tmp_path, internet.port), addresses)
        truths = {one: internet.truth(one) for one in addresses}
    for address, one in seen.items():
        assert one.build == truths[address].build
        assert one.tls is not None
        assert one.tls.second_chance
        assert {"TLSv1", "RSA-1024"} <= set(one.tls.weak)
