"""`alpheus share`: what was found, in the forms that others' programs read."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import path
from alpheus.cli.custody_record import add_custody_to, recorded
from alpheus.cli.output import say, standard_output
from alpheus.errors import EvidenceNotFoundError, OutputError, UsageError

if TYPE_CHECKING:
    from alpheus.report.assessment_file import Assessment

FORMATS = (
    "stix", "misp", "timesketch", "timesketch-csv", "ecs", "ocsf", "sarif", "intelmq",
    "intelmq-csv", "shadowserver", "package",
)  # fmt: skip
TLP = ("clear", "green", "amber", "amber+strict", "red")
_FOR_OTHERS = frozenset({"stix", "misp", "package"})


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "share",
        help="hand on what was found: STIX, MISP, Timesketch, ECS, OCSF, SARIF, IntelMQ, a package "
        "for a CERT",
        description="Hand on what was found, in the forms that others' programs read. What rests "
        "on something that may be told to fewer people than --tlp says is left out and counted. In "
        "what is made for others (stix, misp, package) a victim has a name that says nothing, and "
        "nothing is quoted, unless --victims named. The other forms name victims, unless --victims "
        "hidden; intelmq, intelmq-csv and shadowserver are lists of victims for whoever warns "
        "them, with the servers that are broken into, suspicious or open to a flaw.",
    )
    parser.add_argument(
        "assessments", nargs="+", type=path, metavar="ASSESSMENT",
        help="the JSON of alpheus triage, or the folder of its report",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, required=True, help="for which program")
    parser.add_argument(
        "--tlp", choices=TLP, default="amber",
        help="to whom it may be told (Traffic Light Protocol 2.0; default: amber)",
    )  # fmt: skip
    parser.add_argument(
        "--victims", choices=("named", "hidden"),
        help="whether servers are named and quoted (default: hidden in stix, misp and package, "
        "named in the others)",
    )  # fmt: skip
    parser.add_argument(
        "--producer", default="Alpheus", metavar="NAME", help="who hands it on (default: Alpheus)"
    )
    parser.add_argument(
        "--key-file", type=path, metavar="FILE",
        help="a key for names that say nothing, made if it is not there: a server has one name in "
        "every output made with it (default: other names each time); keep it to yourself",
    )  # fmt: skip
    parser.add_argument(
        "--custody-log", type=path, metavar="FILE",
        help="put this custody log into a package; it names the victim",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", type=path, metavar="FILE", help="write here (default: print)"
    )
    add_custody_to(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write what may leave; say what was left out."""
    from alpheus.knowledge.shared.model import Tlp  # noqa: PLC0415 - keeps --help fast
    from alpheus.report.assessment_file import read_assessment  # noqa: PLC0415 - as above
    from alpheus.sharing.forms import FORMS, Given  # noqa: PLC0415 - as above
    from alpheus.sharing.policy import Policy  # noqa: PLC0415 - as above

    named = (options.victims or ("hidden" if options.format in _FOR_OTHERS else "named")) == "named"
    _refuse(options, named=named)
    policy = Policy(Tlp.of(options.tlp) or Tlp.AMBER, named)
    if options.key_file is not None:
        from alpheus.sharing.naming_key import naming_key  # noqa: PLC0415 - only when asked for

        policy.key = naming_key(options.key_file)
    with recorded(options, "share", inputs=options.assessments) as record:
        known = _different((one, read_assessment(one)) for one in options.assessments)
        allowed = list(policy.allowed(known))
        content = FORMS[options.format](
            Given(allowed, policy, options.producer, datetime.now(UTC), options.custody_log)
        )
        if options.output is not None:
            _write(options.output, content)
            record.wrote(f"share {options.format}", options.output)
        else:
            with standard_output(exact=True) as stream:
                stream.write(content.decode("utf-8"))
    for told in policy.told():
        say(told)
    return 0


def _refuse(options: argparse.Namespace, *, named: bool) -> None:
    """What cannot be, before anything is read.

    Raises UsageError, EvidenceNotFoundError, OutputError.
    """
    log, output = options.custody_log, options.output
    if log is not None and not (named and options.format == "package"):
        raise UsageError("a custody log names the victim: --format package --victims named")
    if log is not None and not log.is_file():
        what = "is no file" if log.exists() else "is not there"
        raise EvidenceNotFoundError(f"{log} {what}: name the custody log that goes with it")
    if options.key_file is not None and named:
        raise UsageError("a key makes names that say nothing: --key-file with --victims hidden")
    if output is None and options.format == "package":
        raise UsageError("a package is an archive: name its file with -o")
    if output is not None and output.is_dir():
        raise UsageError(f"{output} is a folder; name a file in it with -o")
    if output is not None:
        from alpheus.report.files import refuse_device  # noqa: PLC0415 - keeps --help fast

        refuse_device(output)


def _different(given: Iterable[tuple[Path, Assessment]]) -> list[Assessment]:
    """Each result once, whatever it is called; one that comes again is named."""
    found: dict[str, tuple[Path, Assessment]] = {}
    for place, one in given:
        first, _ = found.setdefault(one.digest, (place, one))
        if first is not place:
            say(f"{place} is the same result as {first} and is taken once")
    return [one for _, one in found.values()]


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all, for this account alone (mode 0600). Raises OutputError."""
    made = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            made = Path(file.name)
            file.write(content)
        made.replace(target)
        made = None
    except OSError as error:
        message = f"{target}: {error.strerror or error}; choose another place with -o"
        raise OutputError(message) from error
    finally:
        if made is not None:
            made.unlink(missing_ok=True)
