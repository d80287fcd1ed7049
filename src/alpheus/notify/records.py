"""What planning, acknowledging and asking give back. Times are ISO 8601 in UTC with `Z`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from alpheus.notify.model import Notice


class Reason(StrEnum):
    """Why an organisation with an open server gets no notice by a plan."""

    NO_CONTACT = "no-contact"
    """No list and no record says how to reach it, or all that was known has been tried."""
    NEVER = "never"
    """All that is known is on the list of those who are never written to."""
    ON_SERVER = "on-server"
    """Only a mailbox that may lie on the server in question is known: somebody has to call."""
    UNCERTAIN = "uncertain"
    """Whether a notice went out is not known; a person settles it first."""
    PLANNED = "planned"
    """A notice about the same waits for approval, or to be sent."""
    WAITING = "waiting"
    """It was told, and still has time to answer."""
    ACKNOWLEDGED = "acknowledged"
    """It knows, by a code or by the case."""
    FOLLOWED_UP = "followed-up"
    """All rungs were tried and nobody answered: a person takes over."""


UNREACHED = (Reason.NO_CONTACT, Reason.NEVER, Reason.ON_SERVER, Reason.FOLLOWED_UP)
"""Nobody is told unless a person finds a way."""


class Omission(msgspec.Struct, frozen=True):
    """An organisation, or a server of an unknown one, that a plan has no notice for.

    `organisation` is its key, '' if it is unknown; `server` is one of its servers. `why` is a
    sentence, `until` the end of waiting.
    """

    organisation: str
    owner: str
    server: int
    servers: int
    reason: Reason
    why: str
    until: str = ""


class Batch(msgspec.Struct, frozen=True):
    """What was planned at once. `number` is 0 for a dry run.

    `notices` by status as they are now; `omitted` by reason and `withdrawn` as of the planning.
    """

    number: int
    made: str
    who: str
    filters: str
    planned: int
    servers: int
    organisations: int
    withdrawn: int
    omitted: dict[str, int]
    channels: dict[str, int]
    notices: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        """Notices that wait for approval."""
        return self.notices.get("planned", 0)


class Approval(msgspec.Struct, frozen=True):
    """What an approval of a batch binds to: `notices` of them, all as they would be sent."""

    batch: int
    notices: int
    digest: str
    needs_second: bool


class Acknowledged(msgspec.Struct, frozen=True):
    """An acknowledgement. `again`: it was there already, since `time`, by `who`."""

    notice: Notice
    time: str
    who: str
    again: bool = False


class Line(msgspec.Struct, frozen=True):
    """Notices of one rung, channel and status."""

    rung: str
    channel: str
    status: str
    notices: int


class Overdue(msgspec.Struct, frozen=True):
    """A notice that nobody answered in time."""

    reference: str
    owner: str
    rung: str
    channel: str
    address: str
    handed_over: str
    until: str


class Summary(msgspec.Struct, frozen=True):
    """Where all notices stand. The first five count organisations, but for `uncertain`: notices.

    `failed`: organisations of which no address has worked. `unreached`: as of the newest plan of
    all (`as_of`; '' without one). `overdue` holds the first of `overdue_total`.
    """

    told: int
    acknowledged: int
    failed: int
    uncertain: int
    unreached: int
    as_of: str
    servers_told: int
    lines: tuple[Line, ...]
    overdue: tuple[Overdue, ...]
    overdue_total: int
    uncertain_notices: tuple[str, ...]
    answered: tuple[str, ...]
    """References of notices to which a person wrote back, and nobody has acknowledged."""
