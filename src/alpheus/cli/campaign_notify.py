"""`alpheus campaign notify`: approved batches of notices handed over, each a unit of the ledger."""

from __future__ import annotations

import argparse
import threading

from alpheus.cli.arguments import bound
from alpheus.cli.campaign_common import NOT_ALL, interrupted, recover, say_parked
from alpheus.cli.case_common import Below, add_command, add_person_to, open_place, who_does_it
from alpheus.cli.notify import add_settings_to
from alpheus.cli.output import say


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = add_command(
        below, "notify", _notify,
        "hand over what was approved by mail, batch by batch, however often it is ended",
        " As alpheus notify send does, each batch a unit of the ledger: one at a time on all "
        "machines, and nothing twice. Exit status: 3 where it ended early or a batch is parked, "
        "4 where something is uncertain.",
    )  # fmt: skip
    parser.add_argument(
        "batches", nargs="*", type=bound, metavar="BATCH", help="their numbers (default: all)"
    )
    add_settings_to(parser)
    add_person_to(parser, why=False)


def _notify(options: argparse.Namespace) -> int:
    from alpheus.cli import notify_mail  # noqa: PLC0415 - keeps --help fast
    from alpheus.fleet.driver import Driver, Manner  # noqa: PLC0415 - as above
    from alpheus.fleet.ledger import Ledger  # noqa: PLC0415 - as above
    from alpheus.fleet.notifying import (  # noqa: PLC0415 - as above
        RECIPE,
        SendingEngine,
        open_batches,
    )
    from alpheus.notify.send import SendError, Sending, gently  # noqa: PLC0415 - as above
    from alpheus.notify.service import Notices  # noqa: PLC0415 - as above
    from alpheus.notify.settings import read_settings  # noqa: PLC0415 - as above

    settings = read_settings(options.settings)
    with open_place(options) as database, database.drive():
        notices = Notices(database, settings)
        for number in options.batches:
            notices.batch(number)
        notify_mail.check_server(notices, "take mail as files: alpheus notify send --to-folder")
        ledger = Ledger(database)
        recover(ledger)
        due = open_batches(database, options.batches)
        if not due:
            say("no mail is due: what was approved was sent")
            return notify_mail.ended(notices, 0, Sending(), None)
        mail = sum(due.values())
        say(f"{mail:,} notice{'' if mail == 1 else 's'} in {len(due):,} "
            f"batch{'' if len(due) == 1 else 'es'} by mail")  # fmt: skip
        stop, manner = threading.Event(), Manner(who_does_it(options), say=say)
        engine = SendingEngine(
            notices, lambda: notify_mail.transport_of(notices), notify_mail.signer_of(notices),
            who=who_does_it(options), stop=stop, tell=notify_mail.tell_step,
        )  # fmt: skip
        parked = False
        try:
            with gently(stop):
                summary = Driver(ledger, engine, RECIPE, manner).run()
            parked = bool(summary.parked)
            say_parked(summary)
        except SendError as error:
            engine.done.stopped = str(error)
        except KeyboardInterrupt:
            notify_mail.ended(notices, 0, engine.done, None)
            return interrupted()
        status = notify_mail.ended(notices, 0, engine.done, None)
        return NOT_ALL if parked else status
