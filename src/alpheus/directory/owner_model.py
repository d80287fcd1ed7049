"""The nouns of ownership: what is known of a server, what follows, and why."""

from __future__ import annotations

import msgspec

UNKNOWN = "unknown"


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Whom a list names as the owner of a server, and how that one is reached."""

    name: str
    email: str = ""
    phone: str = ""
    source: str = ""


class OwnerEvidence(msgspec.Struct, frozen=True, gc=False):
    """What is known of a server that may tell its owner. Names are host names in lower case.

    `mail_names` are autodiscover and MX names that lead to it, `asked_names` others that do, and
    `listed_names` those of which a list says no more than that they are its names.
    `server_names` is what the server calls itself: the domain of Active Directory. `reverse_names`
    come from its address. `network_name` and `as_name` are a list's word for who has the network,
    `naics` and `sector` for what they are, `country` and `region` for where it is. `security_txt`
    are mailboxes of a page that was read. `claims` come from lists of customers.
    """

    address: str = ""
    certificate_names: tuple[str, ...] = ()
    organisation: str = ""
    subject: str = ""
    self_signed: bool = False
    mail_names: tuple[str, ...] = ()
    asked_names: tuple[str, ...] = ()
    listed_names: tuple[str, ...] = ()
    server_names: tuple[str, ...] = ()
    reverse_names: tuple[str, ...] = ()
    network_name: str = ""
    as_number: int = 0
    as_name: str = ""
    country: str = ""
    region: str = ""
    naics: str = ""
    sector: str = ""
    security_txt: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


class Hint(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence and whom it names. Weight 0: seen, and not counted.

    `evidence` is one of `certificate`, `subject`, `mail-name`, `name`, `server-name`,
    `reverse-name`, `listed-name`, `claim`, `assignment`, `network-name` and `route`.
    """

    evidence: str
    value: str
    owner: str
    weight: int
    reason: str


class Reason(msgspec.Struct, frozen=True, gc=False):
    """Why a sector."""

    sector: str
    weight: int
    reason: str


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """Somebody else whom evidence names nearly as well."""

    owner: str
    domain: str
    weight: int
    why: str


class Advice(msgspec.Struct, frozen=True, gc=False):
    """A way to reach somebody, best first. `warning` says why it may not be enough.

    `kind` is `registered`, `government-list`, `listed`, `security-txt`, `abuse`, `usual-mailbox`,
    `provider` or `national-cert`.
    """

    kind: str
    email: str = ""
    phone: str = ""
    name: str = ""
    source: str = ""
    warning: str = ""


class Ownership(msgspec.Struct, frozen=True, gc=False):
    """Who owns a server, or that nobody can tell.

    `owner` is a name in words, or the domain where no list and no certificate names it; `unknown`
    where evidence names nobody. `confidence` is `high`, `medium`, `low` or ''. `provider` carries
    the server's network: a message to it is one to be forwarded. `main_domain` is the first domain
    of the owner's record, the same for all servers of the record; '' where no list has one.
    """

    owner: str = UNKNOWN
    domain: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    sector: str = ""
    confidence: str = ""
    weight: int = 0
    sector_weight: int = 0
    provider: str = ""
    lists: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    sector_reasons: tuple[Reason, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    contacts: tuple[Advice, ...] = ()
    notes: tuple[str, ...] = ()
    main_domain: str = ""
