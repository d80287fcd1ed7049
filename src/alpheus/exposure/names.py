"""What the domain name system says: where a name leads, and by which names mail is served.

Nobody is asked but the resolver that the operator's machine, or the operator, names. What does not
resolve is a result with its reason. Answers are kept for the time of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from alpheus.errors import UsageError
from alpheus.exposure.addresses import read_address
from alpheus.exposure.host_names import host_name

if TYPE_CHECKING:
    import dns.resolver

_KEPT = 200_000
_AT_ONCE = 1_000
_MOST_ADDRESSES = 32
_MOST_HOSTS = 16
_LEVELS = 3
"""So many names, from one upwards, are looked at for a domain with mail."""

_CLOUD_MAIL = ("mail.protection.outlook.com", "mx.microsoft", "mail.eo.outlook.com",
               "mail.protection.office365.us", "mail.protection.partner.outlook.cn")  # fmt: skip
_CLOUD_AUTODISCOVER = ("autodiscover.outlook.com", "autodiscover-s.outlook.com", "office365.us",
                       "autodiscover-s.office365.us", "partner.outlook.cn")  # fmt: skip
_CLOUD_SPF = ("spf.protection.outlook.com", "spf.protection.office365.us",
              "spf.protection.partner.outlook.cn")  # fmt: skip
_USUAL = ("mail", "autodiscover", "owa", "webmail")
"""What mail servers are called below the domain of a wildcard certificate."""

Question = TypeVar("Question")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a name leads: its IPv4 and IPv6 addresses, and the names passed on the way.

    `error` says why there are none, or why some may be missing.
    """

    name: str
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class MailDomain:
    """How a domain gets its mail. `mail_hosts` are its MX, most preferred first.

    `autodiscover` is the chain of names that `autodiscover.` leads to. `cloud_mail_flow`: its mail
    or its clients go to Exchange Online, as `cloud_signs` show; this never clears a server that
    answers itself. `error` says what could not be learnt.
    """

    domain: str
    mail_hosts: tuple[str, ...] = ()
    autodiscover: tuple[str, ...] = ()
    cloud_mail_flow: bool = False
    cloud_signs: tuple[str, ...] = ()
    error: str = ""


class Resolver:
    """Asks one resolver, many questions at a time.

    `nameservers` and `port` default to those of the machine; `timeout` is in seconds and for one
    question with all its repetitions. Raises UsageError, when first asked, where the machine has no
    resolver.
    """

    def __init__(
        self,
        nameservers: Sequence[str] | None = None,
        port: int | None = None,
        timeout: float = 5.0,
        threads: int = 16,
    ) -> None:
        self._nameservers = nameservers
        self._port = port
        self._timeout = timeout
        self._threads = threads
        self._addresses: dict[str, Addresses] = {}
        self._domains: dict[str, MailDomain] = {}

    @cached_property
    def _resolver(self) -> dns.resolver.Resolver:
        import dns.resolver  # noqa: PLC0415 - heavy, and not needed for addresses

        try:
            resolver = dns.resolver.Resolver(configure=self._nameservers is None)
            if self._nameservers is not None:
                resolver.nameservers = list(self._nameservers)
        except (dns.resolver.NoResolverConfiguration, ValueError) as error:
            reason = "names cannot be looked up: no usable name server is known"
            raise UsageError(f"{reason} ({error}); name one") from error
        if self._port is not None:
            resolver.port = self._port
        resolver.timeout = min(2.0, self._timeout)
        resolver.lifetime = self._timeout
        return resolver

    def addresses(self, name: str) -> Addresses:
        """Where a name leads."""
        return _kept(self._addresses, name, self._look_up)

    def addresses_of(self, names: Iterable[str]) -> Iterator[Addresses]:
        """Where each of many names leads, in their order."""
        return self._each(self.addresses, names)

    def describe(self, name: str) -> MailDomain:
        """How mail gets to the domain of a name: itself, or the nearest one above with an MX."""
        return _kept(self._domains, name, self._describe)

    def describe_all(self, names: Iterable[str]) -> Iterator[MailDomain]:
        """The same for each of many names, in their order."""
        return self._each(self.describe, names)

    def candidates(
        self,
        address: str,
        names: Iterable[str] = (),
        domains: Iterable[MailDomain] = (),
        certificate_names: Iterable[str] = (),
    ) -> tuple[str, ...]:
        """Names to call an address by, best first: those that lead to it, then those of nobody.

        They are the caller's `names`, what mail and autodiscover of `domains` are called, and what
        a certificate says, wildcards as the usual names below them. A name that leads elsewhere is
        another server's and left out.
        """
        wanted = read_address(address)
        proposed = [*names, *_mail_names(domains), *spelt_out(certificate_names)]
        ours, nobodys = [], []
        for found in self.addresses_of(dict.fromkeys(_clean(proposed))):
            if wanted in map(read_address, found.addresses):
                ours.append(found.name)
            elif not found.addresses:
                nobodys.append(found.name)
        return tuple(ours + nobodys)

    def _each(
        self, ask: Callable[[Question], Result], questions: Iterable[Question]
    ) -> Iterator[Result]:
        """Ask in threads; no more is read ahead than is soon answered."""
        waiting = iter(questions)
        while batch := list(islice(waiting, _AT_ONCE)):
            yield from self._pool.map(ask, batch) if len(batch) > 1 else map(ask, batch)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, "names")

    def _look_up(self, name: str) -> Addresses:
        try:
            plain = host_name(name)
        except ValueError as wrong:
            return Addresses(name, error=str(wrong))
        answers = _Answers(self._resolver)
        addresses = [*answers.texts(plain, "A")]
        if answers.may_know_more:
            addresses += answers.texts(plain, "AAAA")
        if len(addresses) > _MOST_ADDRESSES:
            answers.error = f"more than {_MOST_ADDRESSES} addresses"
        error = answers.error
        if not addresses and not error:
            error = "the name has no address" if answers.may_know_more else "there is no such name"
        unique = tuple(dict.fromkeys(addresses))[:_MOST_ADDRESSES]
        return Addresses(plain, unique, tuple(dict.fromkeys(answers.aliases)), error)

    def _describe(self, name: str) -> MailDomain:
        try:
            plain = host_name(name)
        except ValueError as wrong:
            return MailDomain(name, error=str(wrong))
        answers = _Answers(self._resolver)
        domain, hosts = self._mail_hosts(plain, answers)
        if answers.error:
            return MailDomain(domain, hosts, error=answers.error)
        signs = [f"MX {host}" for host in hosts if _below(host, _CLOUD_MAIL)]
        chain = self.addresses(f"autodiscover.{domain}").aliases
        signs += [f"autodiscover {alias}" for alias in chain if _below(alias, _CLOUD_AUTODISCOVER)]
        in_cloud = bool(signs)
        signs += [f"SPF {name}" for name in _spf_includes(answers, domain) if name in _CLOUD_SPF]
        return MailDomain(domain, hosts, chain, in_cloud, tuple(signs), answers.error)

    def _mail_hosts(self, name: str, answers: _Answers) -> tuple[str, tuple[str, ...]]:
        """The domain that a name belongs to, and its MX; the name itself where none has one."""
        domain = name
        for _ in range(_LEVELS):
            hosts = tuple(_clean(answers.texts(domain, "MX")))[:_MOST_HOSTS]
            if hosts or answers.error:
                return domain, hosts
            domain = domain.partition(".")[2]
            if "." not in domain:
                break
        return name, ()


class _Answers:
    """Questions that belong together, and what was wrong with their answers."""

    def __init__(self, resolver: dns.resolver.Resolver) -> None:
        self._resolver = resolver
        self.error = ""
        self.may_know_more = True
        self.aliases: list[str] = []

    def texts(self, name: str, kind: str) -> list[str]:
        """The answers to one question as texts, in the order in which they are preferred."""
        import dns.exception  # noqa: PLC0415 - heavy, and not needed for addresses
        import dns.resolver  # noqa: PLC0415

        try:
            answer = self._resolver.resolve(f"{name}.", kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN as missing:
            self.may_know_more = False
            for response in missing.kwargs["responses"].values():
                self._note_aliases(response.resolve_chaining().cnames)
            return []
        except dns.exception.Timeout:
            self.may_know_more = False
            self.error = f"no answer within {self._resolver.lifetime:g} s"
            return []
        except dns.resolver.NoNameservers:
            self.error = "the name server cannot answer"
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            self.error = f"the answer is unusable: {type(error).__name__}"
            return []
        self._note_aliases(answer.chaining_result.cnames)
        if answer.rrset is None:
            return []
        records = sorted(answer.rrset, key=_preference) if kind == "MX" else answer.rrset
        return [_TEXTS[kind](record) for record in records]

    def _note_aliases(self, links: Iterable[Iterable[Any]]) -> None:
        self.aliases += _clean(str(record.target) for link in links for record in link)


_TEXTS: dict[str, Callable[[Any], str]] = {
    "A": lambda record: str(record.address),
    "AAAA": lambda record: str(record.address),
    "MX": lambda record: str(record.exchange),
    "TXT": lambda record: b"".join(record.strings).decode("ascii", "replace"),
}


def _preference(record: Any) -> tuple[int, str]:  # noqa: ANN401 - one of dnspython's records
    return record.preference, str(record.exchange)


def _spf_includes(answers: _Answers, domain: str) -> Iterator[str]:
    """The names that the SPF record of a domain includes, without following them."""
    for text in answers.texts(domain, "TXT"):
        words = text.lower().split()
        if words[:1] == ["v=spf1"]:
            for word in words[1:]:
                kind, _, value = word.lstrip("+-~?").partition(":")
                if kind == "include":
                    yield value
                elif word.startswith("redirect="):
                    yield word.partition("=")[2]


def _mail_names(domains: Iterable[MailDomain]) -> Iterator[str]:
    for domain in domains:
        yield from (host for host in domain.mail_hosts if not _below(host, _CLOUD_MAIL))
        yield f"autodiscover.{domain.domain}"


def spelt_out(names: Iterable[str]) -> Iterator[str]:
    """Names of a certificate, each wildcard as the usual names of mail servers below it."""
    for name in names:
        if name.startswith("*."):
            yield from (f"{usual}{name[1:]}" for usual in _USUAL)
        else:
            yield name


def _clean(names: Iterable[str]) -> Iterator[str]:
    """Host names in their one form, without what is none and without addresses."""
    for name in names:
        try:
            yield host_name(name)
        except ValueError:
            continue


def _below(name: str, tops: Iterable[str]) -> bool:
    return any(name == top or name.endswith(f".{top}") for top in tops)


def _kept(known: dict[str, Result], name: str, ask: Callable[[str], Result]) -> Result:
    """The answer for a name, asked for once; the memory of answers starts anew when it is full."""
    found = known.get(name)
    if found is None:
        if len(known) >= _KEPT:
            known.clear()
        found = known[name] = ask(name)
    return found
