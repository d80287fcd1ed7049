"""What can be asked of notices and done with them: for the command line, and for a console.

Every call is a transaction. A sender goes through `due`, and for each notice calls `claim`, hands
it over, and calls `record` with what came of it. Who is killed in between leaves a notice whose
outcome is uncertain, and which is not sent again until a person has settled it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from alpheus.cases.database import Database
from alpheus.cases.service_listing import Filters
from alpheus.notify.model import Event, EventKind, Notice, Rendered, Status
from alpheus.notify.records import Acknowledged, Approval, Batch, Omission, Summary
from alpheus.notify.settings import Settings


class Notices:
    """The service over one database. `clock` gives the time, for tests."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.database = database
        self.settings = settings
        self.clock = clock

    def plan(
        self,
        filters: Filters | None = None,
        *,
        who: str,
        dry_run: bool = False,
        omitted: Callable[[Omission], None] | None = None,
    ) -> Batch:
        """Work out who is to be told what next; whole or not at all.

        Planned notices whose servers were fixed meanwhile are withdrawn. `omitted` hears of every
        organisation that gets none. Raises DatabaseError.
        """
        raise RuntimeError

    def batch(self, number: int) -> Batch:
        """A batch. Raises RefusedError where there is none."""
        raise RuntimeError

    def batches(self) -> Iterator[Batch]:
        """All batches, the newest first."""
        raise RuntimeError

    def notices(self, batch: int = 0, *, status: Status | None = None) -> Iterator[Notice]:
        """Notices in the order in which they are sent; of all batches for 0. Without codes."""
        raise RuntimeError

    def notice(self, reference: str) -> Notice:
        """A notice by its reference, in any case, with its code. Raises RefusedError."""
        raise RuntimeError

    def find(self, reference: str) -> Notice | None:
        """A notice by its reference in any case, such as a report of a mail server names it."""
        raise RuntimeError

    def status_of(self, notice: Notice) -> Status:
        """Where a notice stands."""
        raise RuntimeError

    def events(self, notice: Notice) -> list[Event]:
        """What became of a notice, in the order in which it was taken down."""
        raise RuntimeError

    def with_code(self, notice: Notice) -> Notice:
        """A notice with its one-time code."""
        raise RuntimeError

    def rendered(self, notice: Notice) -> Rendered:
        """A notice in words, as it was or will be sent: the same whenever it is asked for."""
        raise RuntimeError

    def approval(self, batch: int) -> Approval:
        """What an approval of a batch would bind to. Raises RefusedError."""
        raise RuntimeError

    def approve(self, batch: int, *, who: str, digest: str) -> int:
        """Approve what waits in a batch; how many notices. Raises RefusedError.

        `digest` is what `approval` gave, or its first twelve characters or more.
        """
        raise RuntimeError

    def reject(self, batch: int, *, who: str, why: str, references: tuple[str, ...] = ()) -> int:
        """Say no to a batch, or to some of its notices; how many. Raises RefusedError."""
        raise RuntimeError

    def due(self, batch: int = 0) -> Iterator[Notice]:
        """Approved notices that still hold, with their codes, the most urgent first.

        A server that was fixed since is left out; a notice of which none is left is withdrawn.
        Raises RefusedError where templates or settings have changed since the approval.
        """
        raise RuntimeError

    def claim(self, notice: Notice, *, who: str) -> bool:
        """Take down that a notice of `due` is about to be handed over, before its last byte is.

        False: somebody else has it, or it does not hold any more; then it is not to be sent.
        """
        raise RuntimeError

    def record(self, notice: Notice, kind: EventKind, *, who: str, detail: str = "") -> Event:
        """Take down what became of a notice: after `claim`, by a report, by an answer.

        HANDED_OVER takes down on its servers that they were notified, ACKNOWLEDGED that they have
        been acknowledged. HANDING_OVER is `claim`'s. Raises RefusedError for what cannot be.
        """
        raise RuntimeError

    def acknowledge(self, code: str, *, who: str) -> Acknowledged:
        """Take down that a recipient has a notice, by its code. Raises RefusedError."""
        raise RuntimeError

    def settle(self, notice: Notice, *, sent: bool, who: str, why: str) -> Status:
        """Say of an uncertain notice whether it went out. Raises RefusedError.

        One that did not is sent again by the next `alpheus notify send`.
        """
        raise RuntimeError

    def status(self) -> Summary:
        """Where all notices stand."""
        raise RuntimeError
