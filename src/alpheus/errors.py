"""Every error Alpheus raises on purpose.

    AlpheusError
    ├── UsageError                  the command line asks for something impossible      exit 2
    ├── EvidenceError               an input could not be opened at all                 exit 3
    │   ├── EvidenceNotFoundError   nothing is there
    │   ├── EvidencePasswordError   encrypted, and no or a wrong password was given
    │   ├── EvidenceFormatError     not what its first bytes promise, or not supported
    │   └── StoreError              an object store did not give what was asked of it
    │       ├── StoreChangedError   the object is no longer the one that was begun
    │       └── StoreLostError      it did not answer for long; later it may
    ├── LimitError                  a bound on size, depth, count or time was reached
    ├── KnowledgeError              a pack, rule or table is wrong; says file and place
    ├── BundleError                 a bundle of packs is not what its publisher signed  exit 3
    ├── DatabaseError               the database of cases cannot be used                exit 3
    │   ├── DatabaseBusyError       another program holds it for too long
    │   ├── DatabaseFullError       there is no room left where it lies
    │   ├── DatabaseLostError       the connection to its server broke
    │   ├── NotWorkedOutError       servers have not been worked out of what is in it
    │   └── DatabaseVersionError    a newer program has written it
    ├── EngineError                 workers cannot be reached or may not be used        exit 3
    ├── RefusedError                a case does not allow what was asked                exit 2
    ├── VaultError                  a vault of files that were taken away is not usable exit 3
    ├── CleanError                  a clean-up plan does not fit, or is none            exit 2
    └── OutputError                 a report could not be written

A loss *inside* an input is not an error: it is a `Skipped` record in the result.
Messages name the file, the place and the remedy.
"""

from __future__ import annotations


class AlpheusError(Exception):
    """The root of the tree; `exit_status` is what the program ends with."""

    exit_status = 1


class UsageError(AlpheusError, ValueError):
    """The command line asks for something impossible."""

    exit_status = 2


class EvidenceError(AlpheusError):
    """An input could not be opened at all."""

    exit_status = 3


class EvidenceNotFoundError(EvidenceError, FileNotFoundError):
    """Nothing is at the path given."""


class EvidencePasswordError(EvidenceError, PermissionError):
    """The input is encrypted, and no password or a wrong one was given."""


class EvidenceFormatError(EvidenceError, ValueError):
    """The input is not what its first bytes promise, or is of a kind that is not supported."""


class StoreError(EvidenceError, OSError):
    """An object store refused, or gave something else than it had promised."""


class StoreChangedError(StoreError):
    """An object is no longer the one whose reading was begun."""


class StoreLostError(StoreError):
    """A store did not answer for long, although it was asked again and again."""


class LimitError(AlpheusError):
    """A bound on size, depth, count or time was reached."""


class KnowledgeError(AlpheusError, ValueError):
    """A pack, a rule or a table is wrong."""

    exit_status = 2


class BundleError(AlpheusError):
    """A bundle of packs was refused. What is installed stays as it was."""

    exit_status = 3


class DatabaseError(AlpheusError, OSError):
    """The database of cases cannot be used. Nothing half-done is left in it."""

    exit_status = 3


class DatabaseBusyError(DatabaseError, TimeoutError):
    """Another program holds the database for too long."""


class DatabaseFullError(DatabaseError):
    """There is no room left where the database lies."""


class DatabaseLostError(DatabaseError, ConnectionError):
    """The connection to the database's server broke, or could not be made."""


class NotWorkedOutError(DatabaseError):
    """Observations may be in, and servers have not been worked out of them, or by an older form."""


class DatabaseVersionError(DatabaseError):
    """A newer program has written the database."""


class EngineError(AlpheusError, OSError):
    """Processes that should do the work cannot be reached, or not by what was given."""

    exit_status = 3


class RefusedError(AlpheusError, ValueError):
    """A case does not allow what was asked of it; the message says what it does allow."""

    exit_status = 2


class VaultError(AlpheusError):
    """A vault of quarantined files cannot be opened, or holds something that it should not."""

    exit_status = 3


class CleanError(AlpheusError, ValueError):
    """A clean-up plan cannot be used, or not on this volume. Nothing was changed by it."""

    exit_status = 2


class OutputError(AlpheusError, OSError):
    """A report could not be written."""
