"""The reference page of exposure: every table is made of what the program has, and complete."""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from alpheus.exposure import gateways, model, plan, scope_file
from alpheus.exposure.imports.model import KINDS as IMPORT_KINDS
from alpheus.exposure.output import csv as csv_output
from alpheus.exposure.output.tally import STATUS_WORDS
from alpheus.exposure.report import files as report_files
from alpheus.exposure.report.words import KINDS as CHANGES
from alpheus.exposure.report.words import MEANINGS as CHANGES_MEAN

Meanings = Mapping[str, str]

OBSERVATION: Meanings = {
    "target": "what the operator, or the list, calls it",
    "address": "the address that was asked, empty where nothing was",
    "port": "its TCP port; 0 where a list names none",
    "names": "host names that it goes by: given, asked by, or in its certificate; at most 50",
    "exchange": "whether it is an Exchange server; `null` where nothing shows whether it is",
    "build": "the build, dotted, without padding; of a pool the lowest; `null` if not known",
    "precision": "how many parts of it are known: 3 or 4",
    "witness": "where the build was read",
    "pool": "several servers behind the address; `null` where none but one was met",
    "cves": "of each flaw its state and why; empty where it is no Exchange",
    "tls": "the handshake; `null` without one",
    "status": "what became of it",
    "reason": "the same in words",
    "requests": "how many GETs were sent; 0 for a list",
    "time": "when it was concluded, or last seen by the list",
    "product": "`Microsoft Exchange Server 2016`, empty if not known",
    "confidence": "`high`, `medium` or `low`: how far the build, or what else is said, is believed",
    "servers": "names that Exchange gives its own servers in its headers",
    "flags": "short words for what else was seen",
    "witnesses": "every place that names a build",
    "provenance": "where an imported observation comes from; `null` for a probe",
    "attributes": "what a list knew and no other field takes, under the list's own names",
}
INNER: dict[type, Meanings] = {
    model.CveEntry: {
        "state": "`vulnerable`, `undetermined`, `mitigated`, `fixed` or `not-affected`",
        "why": "the build and the rule, and what would settle an open state",
    },
    model.Witness: {
        "source": "`X-OWA-Version`, `page path`, `manifest`, …, or source and column of a list",
        "build": "as it stands there, without padding",
    },
    model.Pool: {
        "servers": "the front ends that were met, by the names that they give themselves",
        "builds": "the builds that were met",
        "mixed": "whether two of them differ for certain",
    },
    model.Tls: {
        "version": "`TLSv1.2`",
        "cipher": "in OpenSSL's words",
        "certificate": "`null` where none could be had",
        "error": "the library's word, where the handshake failed",
        "second_chance": "only the client for RC4 and 3DES got through",
        "weak": "what of it is outdated: version, cipher, key, signature",
    },
    model.Certificate: {
        "sha256": "of the certificate in DER",
        "subject": "`C=…, O=…, CN=…`",
        "organisation": "the subject's organisation",
        "issuer": "who signed it",
        "names": "the DNS names of it",
        "not_before": "from when it is valid",
        "not_after": "until when",
        "key": "`RSA`, `EC`, …",
        "key_bits": "0 where unreadable",
        "signature": "how it is signed",
        "self_signed": "whether subject and issuer are the same",
    },
    model.Provenance: {
        "source": "who made the list: `--source`, else the list's kind and report",
        "file": "its name",
        "sha256": "of the file as it lay there",
        "row": "the line of a table, the header counted; else the record, from 1",
        "first_seen": "as far as the list says",
        "last_seen": "as far as the list says",
        "tlp": "the label of TLP 2.0, the strictest of file and `--tlp`; empty if none",
    },
}
STATUSES: Mapping[model.Status, str] = {
    model.Status.IDENTIFIED: "Exchange, and its build was read",
    model.Status.BUILD_UNKNOWN: "Exchange, and nothing that can be believed says which build",
    model.Status.SHIELDED: "a gateway, firewall or sign-on answers, or a page that leaves it open",
    model.Status.ONLINE: "Microsoft's cloud service answers",
    model.Status.NOT_EXCHANGE: "something else answered in full",
    model.Status.TLS_FAILED: "no TLS version, cipher or name in common; never: no Exchange",
    model.Status.NO_ANSWER: "nothing came in the time that `--timeout` allows",
    model.Status.REFUSED: "nothing listens on the port, or a firewall says so",
    model.Status.UNREACHABLE: "there was no way to the address",
    model.Status.BROKEN: "reset, or an answer that is no HTTP, has no end or never goes on",
    model.Status.UNRESOLVED: "the name has no address",
    model.Status.NOT_ASKED: "outside the scope, denied or opted out: nothing was sent",
    model.Status.LISTED: "known from a list alone, without a raw answer to judge by",
}
PROBES: Mapping[model.ProbeKind, str] = {
    model.ProbeKind.OWA: "the header `X-OWA-Version`, and the names of front and back end",
    model.ProbeKind.LOGON: "the build in the paths of the page; three parts since Exchange 2013",
    model.ProbeKind.MANIFEST: "the build of the export tool: at least this one",
    model.ProbeKind.EWS: "the header again, where only the web services are published",
    model.ProbeKind.BACK_END: "whether the back end is reachable; `back_end: true` in the scope",
    model.ProbeKind.SMTP: "the first line that the mail server says; nothing is sent; `smtp: true`",
}
SCOPE: Meanings = {
    "owner": "needed. Who answers for it; goes into every User-Agent and into the audit log",
    "authorisation": "needed. On what ground: the order, contract or law, with its signature",
    "authorization": "another spelling of the same",
    "contact": "needed. A page or mailbox that says who asks, and how to be left out",
    "valid_from": "the first day, or moment, in UTC; without it: no limit",
    "valid_until": "the last day (until midnight), or moment, in UTC; without it: no limit",
    "allow": "needed. Addresses, networks, ranges, names (with all below them), `@file`",
    "allow_file": "files of more of these, one entry a line",
    "deny": "what is never asked, whatever `allow` says; entries as there",
    "deny_file": "files of more of these",
    "opt_out": "files of those who asked to be left out, the reason after a `#`",
    "rates": "how fast at most: see below",
    "hours": "when: `zone`, `days`, `from`, `to`, or a list of these; without it: always",
    "ports": "what is asked where a target names no port, and all that may be named; `[443]`",
    "back_end": "whether `/owa/` is asked on the port of the back end as well; `false`",
    "back_end_port": "that port; 444",
    "smtp": "whether the greeting of the mail port is read as well; `false`",
    "smtp_port": "that port; 25",
}
RATES: Meanings = {
    "per_host": "requests to one address in a second, over however many connections; 1",
    "per_network": "new connections to one network in a second; 10",
    "total": "new connections in a second, all together; 200",
    "jitter": "up to this part of a host's interval a request is put off at random; 0.25",
    "network_prefix_v4": "what a network is; 24",
    "network_prefix_v6": "likewise; 48",
}
IMPORTS: Meanings = {
    "shadowserver": "any report of Shadowserver, of 2021 or today, by its header; `version` has "
    "three parts, `tag` names CVEs, `compromised_website` and shells in tags are flagged",
    "shodan": "banners, as lines or an array: `data` and `http.html` are judged anew",
    "censys": "hosts of the legacy search and of the platform: responses are judged anew",
    "nmap": "XML, also cut off: script output, fingerprints of GET, certificates",
    "zgrab2": "JSON lines: the responses of the http module are judged anew",
    "httpx": "JSON lines of old and new names; with `-irr` whole responses are judged anew",
    "nuclei": "JSON lines: a matched CVE template is its word that the flaw is open",
    "masscan": "JSON, lists and XML: addresses and ports, banners",
    "csv": "any table with a column of addresses or names, or a bare list of these",
    "misp": "events: attributes and objects that name a place; `to_ids` is flagged `indicator`",
    "stix": "bundles 2.0 and 2.1: addresses, names, traffic, patterns; markings are kept",
    "intelmq": "events, as JSON lines or a table: `system-compromise` and the like are flagged, "
    "`vulnerable-system` opens the CVEs that it names, what attackers do is flagged `indicator`",
}
_TYPES = {
    str: "text", int: "number", bool: "true or false", model.Status: "text", type(None): "null",
}  # fmt: skip


def page() -> Iterator[str]:
    """The lines of the page."""
    yield "# Exposure\n"
    yield "Generated by `make docs`. What to make of it stands in the [guide](../guides/cert.md).\n"
    yield "Times are ISO 8601 in UTC, whole seconds, with `Z`. Lists are JSON arrays, and empty"
    yield "where nothing is known.\n"
    yield "## Observation\n"
    yield "One JSON line for each address and port, by `alpheus probe` (`results.jsonl`) and by"
    yield "`alpheus import`; fields in this order.\n"
    yield from _fields(model.Observation, OBSERVATION)
    for kind, meanings in INNER.items():
        yield f"### {kind.__name__}\n"
        yield from _fields(kind, meanings)
    yield "## Statuses\n"
    yield from _table(
        ("`status`", "in tables and reports", "means"),
        ((f"`{one}`", STATUS_WORDS[one], STATUSES[one]) for one in model.Status),
    )
    yield "## What is sent\n"
    yield from _table(("probe", "path", "what it tells"), _probes())
    yield f"Never more than {plan.MOST_ANSWERS} requests to one address and port.\n"
    yield from _scope()
    yield "## Lists that are imported\n"
    yield from _table(("`--kind`", "what"), ((f"`{k}`", IMPORTS[k]) for k in IMPORT_KINDS))
    yield from _tables()
    yield "## Changes in a report\n"
    yield from _table(
        ("`change`", "heading", "means"),
        ((f"`{kind}`", CHANGES[kind], CHANGES_MEAN[kind]) for kind in CHANGES),
    )
    yield from _gateways()


def _fields(kind: type, meanings: Meanings) -> Iterator[str]:
    """A table of a class's fields; each has a meaning here, and no meaning is left over."""
    hints = get_type_hints(kind)
    named = [one.name for one in fields(kind)]
    _complete(kind.__name__, named, meanings)
    yield from _table(
        ("field", "type", "content"),
        ((f"`{name}`", _type(hints[name]), meanings[name]) for name in named),
    )


def _type(hint: Any) -> str:  # noqa: ANN401 - any annotation
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return " or ".join(_type(one) for one in inner)
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    if origin is not None:
        return f"object of {_type(inner[1])}"
    if isinstance(hint, type) and is_dataclass(hint):
        name = hint.__name__
        return f"[{name}](#{name.lower()})"
    return _TYPES[hint]


def _probes() -> Iterator[tuple[str, str, str]]:
    for probe in model.ProbeKind:
        path = plan.PATHS.get(probe)
        yield f"`{probe}`", f"`GET {path}`" if path else "–", PROBES[probe]


def _scope() -> Iterator[str]:
    keys, rates = scope_file._KEYS, (*scope_file._RATES, *scope_file._PREFIXES)  # noqa: SLF001
    _complete("scope", keys, SCOPE)
    _complete("rates", rates, RATES)
    yield "## Scope file\n"
    yield "YAML, as `alpheus probe --example-scope` prints it.\n"
    yield from _table(("key", "means"), ((f"`{key}`", SCOPE[key]) for key in keys))
    yield "Rates are numbers in a second, or such as `30/min` and `100 per hour`.\n"
    yield from _table(("key of `rates`", "means"), ((f"`{key}`", RATES[key]) for key in rates))


def _tables() -> Iterator[str]:
    yield "## Columns of tables in CSV\n"
    for title, columns in (
        ("`--format csv`", csv_output.COLUMNS),
        ("`report-vulnerable.csv`", report_files.HOST_COLUMNS),
        ("`report-changes.csv`", report_files.CHANGE_COLUMNS),
    ):
        yield f"{title}: {', '.join(f'`{column}`' for column in columns)}.\n"


def _gateways() -> Iterator[str]:
    """What the table of marks knows, by role."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for mark in gateways.marks():
        found[mark.role][mark.gateway] = None
    yield "## Gateways that are recognised\n"
    words = {
        "answers": "Answer in Exchange's place",
        "carries": "Pass on what stands behind them; a refusal is their own",
        "balances": "Balance over several servers",
    }
    for role, names in found.items():
        yield f"{words[role]}: {', '.join(names)}.\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""


def _complete(what: str, named: Iterable[str], meanings: Meanings) -> None:
    """Raises KeyError where a name has no meaning here, or a meaning no name."""
    differing = set(named) ^ set(meanings)
    if differing:
        raise KeyError(f"{what}: {', '.join(sorted(differing))}")
