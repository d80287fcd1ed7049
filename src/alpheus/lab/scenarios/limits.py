"""Nothing is to be seen, but the logs cannot say that nothing happened."""

from __future__ import annotations

from datetime import UTC, datetime

from alpheus.lab.plan import EVERYTHING, Plan, draft
from alpheus.lab.scenarios.quiet import quiet_truth
from alpheus.lab.truth import Scenario
from alpheus.model import Verdict


def _short_logs(seed: int) -> list[Plan]:
    server = draft(seed, "short-logs").server
    truth = quiet_truth(server, Verdict.NOT_DETERMINABLE, "All logs begin on 20 March 2021.")
    return [Plan(server, truth, start=datetime(2021, 3, 20, tzinfo=UTC))]


def _gap(seed: int) -> list[Plan]:
    server = draft(seed, "gap").server
    truth = quiet_truth(server, Verdict.NOT_DETERMINABLE, "No front-end row from 1 to 4 March.")
    plan = Plan(server, truth)
    plan.silence = datetime(2021, 3, 1, tzinfo=UTC), datetime(2021, 3, 5, tzinfo=UTC)
    return [plan]


def _no_control_panel(seed: int) -> list[Plan]:
    server = draft(seed, "no-control-panel-logs").server
    notes = "ECP Server and MSExchange Management were not collected."
    missing = {"ecp-server", "events:MSExchange Management"}
    truth = quiet_truth(server, Verdict.NOT_DETERMINABLE, notes)
    return [Plan(server, truth, collected=EVERYTHING - missing)]


SCENARIOS = (
    (
        Scenario("short-logs", "Nothing found, but all logs begin on 20 March", 4_000_000),
        _short_logs,
    ),
    (Scenario("gap", "Nothing found, but four days of front-end logs are missing"), _gap),
    (
        Scenario("no-control-panel-logs", "Nothing found, but what the panel ran is not known"),
        _no_control_panel,
    ),
)
