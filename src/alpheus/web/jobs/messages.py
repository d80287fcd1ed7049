"""What is said of jobs and uploads, in English; each text is in every catalogue.

`note` binds a text to its values. A reason that a reader of evidence gave stays in English.
"""

from __future__ import annotations

from typing import Final

from alpheus.errors import AlpheusError
from alpheus.web.jobs.model import Note, Value

RECEIVED: Final = "Sent by %(who)s: %(bytes)s bytes (files: %(files)s)"
ASKED: Final = "Asked for by %(who)s"
TAKEN_UP: Final = "Taken up (try %(attempt)s)"
GIVEN_BACK: Final = "The console was stopped; it goes on when it runs again"
WORKER_GONE: Final = "The program that ran it has ended; it is taken up again"
AGAIN: Final = "Asked for once more by %(who)s"
HASHED: Final = "SHA-256 of %(name)s: %(sha256)s"
READING: Final = "Reading"
IMPORTING: Final = "Taking in its rows"
REPORTING: Final = "Writing the reports"
STORING: Final = "Storing what was found"
HELD: Final = "Another import, rebuild or purge is under way; this waits for its end"
NOT_STORED: Final = (
    "Not taken in by itself: it names servers that the organisation is not known to own"
)
COMPARING: Final = "Comparing with what had been found before the clean-up"
NOT_COMPARED: Final = "It was not compared: %(reason)s"
PLANNING: Final = "Working out who is to be told"
SENDING: Final = "Handing over notices"
UNCERTAIN: Final = (
    "%(reference)s is uncertain: nobody knows whether it went out. Look into the log of the mail "
    "server, then settle it."
)
WARNED: Final = "%(reason)s"
ENDED: Final = "Done"

SEND_ENDED: Final = "Ended before all was handed over: %(reason)s"
NOT_DONE: Final = "It could not be done: %(reason)s"
NO_SETTINGS: Final = (
    "This console was started without settings of notices: alpheus serve --notify notify.yaml"
)
NO_MAIL_SERVER: Final = (
    "The settings name no mail server: write smtp: and host: below it, and start the console again."
)
PARKED: Final = (
    "The program that ran it ended %(attempts)s times while it was at it; it is not taken up again "
    "by itself. Look at the log of the console before you ask for it once more."
)
WORD_GONE: Final = (
    "The password was given to a program that has ended since, and is kept nowhere else. Give it "
    "once more."
)
CANCELLED: Final = "Cancelled by %(who)s"
KILLED: Final = (
    "The process that read it was ended from outside (%(signal)s): it took too much memory, or "
    "somebody ended it. The server is unharmed, and nothing half-done was kept."
)
CRASHED: Final = (
    "The process that read it broke down (%(signal)s). The server is unharmed, and nothing "
    "half-done was kept."
)
ENDED_EARLY: Final = (
    "The process that read it ended before it was done (status %(status)s). The log of the console "
    "says more."
)
TOO_LONG: Final = "It took longer than %(minutes)s minutes, and was ended."
TOO_MUCH_TIME: Final = "It took more than %(minutes)s minutes of a processor, and was ended."
TOO_MUCH_MEMORY: Final = "It needs more memory than one job may have (%(megabytes)s MB)."
TOO_LARGE_UNPACKED: Final = (
    "A file that it writes grew larger than allowed: it unpacks to more than it should."
)
GONE: Final = "The file is not there any more. Upload it again."
LOCKED: Final = (
    "%(name)s is encrypted, and no password or a wrong one was given. Give it, and try once more."
)
BROKEN: Final = "%(name)s cannot be read: %(reason)s"
UNKNOWN_LIST: Final = (
    "%(name)s is none of the lists that can be read: JSON lines of alpheus probe or import, the "
    "JSON of alpheus triage, or a list of %(kinds)s."
)
NOTHING_IN_IT: Final = (
    "%(name)s holds no log and no event log that can be read, and no page that stands out: it says "
    "nothing about a server."
)
DATABASE: Final = "The database could not be used: %(reason)s"
UNFORESEEN: Final = "Something went wrong here, and was taken down in the log of the console."

NO_NAME: Final = "Choose a file first."
EMPTY: Final = "%(name)s is empty: 0 bytes."
TOO_LARGE: Final = "%(name)s is too large: %(size)s MB; at most %(most)s MB are taken."
NO_ROOM: Final = (
    "There is no room left on the server for %(name)s (%(size)s MB). Nothing was kept; tell the "
    "administrator, and try again."
)
TOO_MANY: Final = (
    "%(most)s of your uploads are not read yet. Wait until some of them are, then go on."
)
IS_EVIDENCE: Final = (
    "%(name)s is an archive or an event log, not a list. Give it as evidence of a server, below."
)
IS_LIST: Final = "%(name)s is an assessment or a list of servers, not evidence. Give it as a list."
NO_ZONE: Final = "%(zone)s is no time zone such as Europe/Berlin."
UNKNOWN_UPLOAD: Final = "This upload is not here any more; begin it again."
BUSY: Final = "This file is being received already, in another window."
NOT_THERE: Final = "The upload goes on at byte %(offset)s."
LONGER: Final = "More arrived than was announced; the file was not kept. Upload it again."
INCOMPLETE: Final = "%(have)s of %(size)s bytes are here; the upload is not complete."
NOT_A_FORM: Final = "What arrived is no form with files; nothing was kept."
TOO_MANY_FILES: Final = "At most %(most)s files at once without script; choose fewer."
BROKEN_OFF: Final = "The connection broke before all of it was here; nothing was kept."


PLAIN_WAITING: Final = "It has arrived, and waits for its turn."
PLAIN_READING: Final = "It is being read."
PLAIN_WRITING: Final = "It was read; what was found is being written down."
PLAIN_DONE: Final = "It has been read."
PLAIN_CANCELLED: Final = "It is not read any more: somebody ended that."
PLAIN_DAMAGED: Final = (
    "It could not be read: it may be damaged, or not all of it has arrived. Pack it once more, and "
    "send it again."
)
PLAIN_LARGE: Final = (
    "It is too much to be read at once. Send it in parts: the logs of a few weeks in each."
)
PLAIN_HERE: Final = "It could not be read here; that is not your fault. Send it once more."


def note(text: str, **values: Value) -> Note:
    """A sentence with its values."""
    return Note(text, values)


class ComplaintError(AlpheusError, ValueError):
    """What is wrong with an upload or a form, for whoever sent it; `status` is that of HTTP."""

    exit_status = 2

    def __init__(self, text: str, *, status: int = 422, offset: int = -1, **values: Value) -> None:
        self.note = Note(text, values if offset < 0 else {**values, "offset": offset})
        self.status = status
        self.offset = offset
        super().__init__(str(self.note))


def texts() -> list[str]:
    """Every text, for a test that each is translated."""
    return [value for name, value in globals().items()
            if name.isupper() and isinstance(value, str)]  # fmt: skip
