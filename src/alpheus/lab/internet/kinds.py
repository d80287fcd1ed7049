"""Every kind of server that the test internet has, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from alpheus.lab.internet import builds


@dataclass(frozen=True, slots=True)
class Kind:
    """What a server is and how it answers.

    `application` names the pages (`applications.py`), `transport` how it is spoken to
    (`transports.py`). `builds` are the builds of its members; empty where it is no Exchange, or
    where the mix draws one. `header` says what becomes of `X-OWA-Version`: `shown`, `stripped`,
    `odd-case`, or the lie itself after `=`. `manifest` is `current`, `lagging` (that of the
    family's first build) or `hidden`. `alternates` is `request` or `connection` in a pool.

    `exchange` is the truth, whatever it shows; `seen` are the words for what can be seen of it,
    each of which is right; `what` says it in plain words.
    """

    name: str
    what: str
    seen: tuple[str, ...]
    application: str
    exchange: bool = False
    transport: str = "ecdsa"
    builds: tuple[str, ...] = ()
    drawn: bool = False
    header: str = "shown"
    manifest: str = "hidden"
    ews: bool = True
    chunked: bool = False
    alternates: str = ""
    needs_name: bool = False
    back_end: bool = False
    online_mail: bool = False
    in_cloud: bool = False
    """Whether it has the certificate of the cloud service and not that of its owner."""
    others: tuple[tuple[str, str], ...] = ()
    """States of the flaws of another product than Exchange, as its vendor says; `header` is its."""
    settled: bool | None = None
    """Whether the answers settle it; None: it follows from build, header and manifest."""


IDENTIFIED = ("identified",)
UNKNOWN_BUILD = ("build-unknown",)
SHIELDED = ("shielded",)
OTHER = ("not-exchange",)
BROKEN = ("broken",)
SILENT = ("no-answer",)
TLS_FAILED = ("tls-failed",)

_GENERATIONS = (
    ("2007", "8.3.83.6"),
    ("2010", "14.3.123.4"),
    ("2010-fixed", "14.3.513.0"),
    ("2013", "15.0.1497.2"),
    ("2013-fixed", "15.0.1497.12"),
    ("2013-unsupported", "15.0.1367.3"),
    ("2016", "15.1.2106.2"),
    ("2016-fixed", "15.1.2176.9"),
    ("2016-later", "15.1.2242.4"),
    ("2019", "15.2.792.3"),
    ("2019-fixed", "15.2.792.10"),
    ("2019-late", "15.2.721.6"),
    ("se", "15.2.2562.17"),
)


def _exchange(name: str, what: str, build: str, **more: object) -> Kind:
    kind = Kind(name, what, IDENTIFIED, "exchange", exchange=True, builds=(build,))
    return replace(kind, **more)  # type: ignore[arg-type]


def _every_generation() -> Iterator[Kind]:
    for name, build in _GENERATIONS:
        one = builds.release(build)
        words = f"{one.product} {one.label}"
        yield _exchange(f"exchange-{name}", words, build)
        yield _exchange(
            f"exchange-{name}-stripped",
            f"{words}, its telling headers stripped",
            build,
            header="stripped",
        )
        if one.modern:
            yield _exchange(
                f"exchange-{name}-manifest",
                f"{words}, header stripped, manifest of the same build",
                build,
                header="stripped",
                manifest="current",
            )


def _exchange_variants() -> Iterator[Kind]:
    fixed = "15.1.2176.9"
    yield _exchange(
        "exchange-lagging-manifest",
        "fixed, but only a manifest tells, and it is of the build before",
        fixed,
        header="stripped",
        manifest="lagging",
    )
    yield _exchange(
        "exchange-lagging-manifest-and-header",
        "the header says more than the manifest",
        fixed,
        manifest="lagging",
    )
    yield _exchange("exchange-odd-case", "headers in lower case", fixed, header="odd-case")
    yield _exchange("exchange-chunked", "pages in chunks", fixed, chunked=True)
    yield _exchange("exchange-no-ews", "EWS is not published", fixed, header="stripped", ews=False)
    yield _exchange(
        "exchange-ews-only", "OWA is closed, EWS tells", fixed, application="exchange-ews-only"
    )
    yield _exchange(
        "exchange-mitigated",
        "unpatched behind rewriting rules: still vulnerable by its build",
        "15.1.2106.2",
        application="exchange-mitigated",
    )
    yield _exchange("exchange-back-end", "the back end is open as well", fixed, back_end=True)
    yield _exchange(
        "hybrid", "on the premises, while mail flows through the cloud", fixed, online_mail=True
    )
    yield _exchange(
        "hybrid-vulnerable",
        "on the premises and vulnerable, while mail flows through the cloud",
        "15.1.2106.2",
        online_mail=True,
    )


def _pools() -> Iterator[Kind]:
    same = ("15.1.2176.9", "15.1.2176.9")
    mixed = ("15.1.2176.9", "15.1.2176.4")
    words = "balanced over two servers of"
    for way in ("request", "connection"):
        pool = Kind(
            f"pool-same-{way}",
            f"{words} the same build, another one at each {way}",
            IDENTIFIED,
            "exchange",
            exchange=True,
            builds=same,
            alternates=way,
        )
        yield pool
        yield replace(
            pool,
            name=f"pool-mixed-{way}",
            what=f"{words} two builds, the lower one vulnerable, another one at each {way}",
            builds=mixed,
            # One connection meets one member only: what the other one is stays open.
            settled=None if way == "request" else False,
        )


def _virtual_hosts() -> Iterator[Kind]:
    yield _exchange(
        "virtual-host",
        "IIS's default page under the address; OWA under the name in the certificate",
        "15.1.2176.4",
        application="virtual-host",
        needs_name=True,
    )
    yield _exchange(
        "virtual-host-sni",
        "ends the handshake unless its name is asked for",
        "15.1.2176.9",
        transport="sni",
        needs_name=True,
        seen=("identified", "tls-failed"),
        settled=False,
    )


def _gateways() -> Iterator[Kind]:
    for name, what in (
        ("f5-apm", "F5 BIG-IP APM asks for a logon first"),
        ("citrix", "Citrix Gateway asks for a logon first"),
        ("adfs", "Web Application Proxy sends to AD FS"),
        ("tmg", "Microsoft TMG shows its own form"),
        ("azure-app-proxy", "Azure application proxy sends to the cloud's logon"),
        ("challenge", "a content network wants JavaScript to run"),
        ("single-sign-on", "an unknown portal on a foreign host"),
        ("forbidden", "403 to everything"),
    ):
        yield Kind(
            f"gateway-{name}",
            f"{what}; Exchange 2016 behind it",
            SHIELDED,
            f"gateway-{name}",
            exchange=True,
            transport="modern",
            builds=("15.1.2106.2",),
            settled=False,
        )


def _others() -> Iterator[Kind]:
    yield Kind(
        "exchange-online",
        "Microsoft's cloud service",
        ("exchange-online",),
        "exchange-online",
        transport="modern",
        in_cloud=True,
    )
    yield Kind(
        "exchange-online-foreign",
        "Microsoft's cloud service, handed on under somebody else's certificate",
        ("exchange-online",),
        "exchange-online",
        transport="modern",
    )
    for name, what in (
        ("nginx", "nginx's welcome page"),
        ("apache", "Apache's default page"),
        ("iis", "the default page of IIS"),
        ("asp-net", "some application on ASP.NET"),
        ("router", "a router's logon page"),
        ("zimbra", "Zimbra's logon page"),
        ("empty", "404 without a body"),
    ):
        yield Kind(f"other-{name}", what, OTHER, f"other-{name}", transport="modern")
    for name, what in (
        ("honeypot-versions", "header, page and manifest name different products"),
        ("honeypot-server", "OWA on Apache, a made-up build, no front-end name"),
    ):
        yield Kind(name, what, (*IDENTIFIED, *UNKNOWN_BUILD, *OTHER), name, settled=False)


def _share_points() -> Iterator[Kind]:
    """SharePoint says in a header which build its configuration wizard saw, without the last part.

    The flaws of July 2025 are fixed from 16.0.5513.1001 on in SharePoint 2016, and from
    16.0.18526.20508 on in the Subscription Edition (Microsoft's advisories of July 2025).
    """
    flaws = ("CVE-2025-53770", "CVE-2025-53771")
    for name, what, shown, state in (
        ("2016-fixed", "SharePoint 2016 of autumn 2025", "16.0.0.5522", "fixed"),
        ("2016-vulnerable", "SharePoint 2016 of early 2023", "16.0.0.5378", "vulnerable"),
        ("se-fixed", "SharePoint Subscription Edition of autumn 2025", "16.0.0.19127", "fixed"),
    ):
        yield Kind(
            f"sharepoint-{name}", what, OTHER, "sharepoint", transport="modern", header=f"={shown}",
            others=tuple((flaw, state) for flaw in flaws), settled=state == "fixed",
        )  # fmt: skip


def _old_transports() -> Iterator[Kind]:
    old = "15.0.1497.2"
    for name, what in (
        ("modern", "TLS 1.3"),
        ("rsa", "TLS 1.2 with RSA-2048"),
        ("self-signed", "TLS 1.2 with setup's own certificate"),
        ("tls10", "TLS 1.0 only, RSA-2048 and SHA-1"),
        ("tls10-rsa1024", "TLS 1.0 only, RSA-1024 and SHA-1"),
        ("rsa1024-sha1", "TLS 1.2, RSA-1024 and SHA-1"),
        ("no-rfc5746", "TLS 1.2 without secure renegotiation"),
        ("tls10-no-rfc5746", "TLS 1.0 only, without secure renegotiation, RSA-1024"),
    ):
        yield _exchange(f"tls-{name}", what, old, transport=name)
    for name, what in (("rc4", "RC4 only"), ("3des", "3DES only"), ("ssl3", "SSL 3 only")):
        second = TLS_FAILED if name == "ssl3" else (*IDENTIFIED, *TLS_FAILED)
        yield _exchange(
            f"tls-{name}",
            f"{what}: only a client with old ciphers gets through",
            old,
            transport=name,
            seen=second,
            settled=False,
        )
    yield _exchange(
        "http-on-port",
        "HTTP without TLS on the port",
        old,
        transport="plain",
        seen=("identified", "tls-failed", "broken"),
        settled=False,
    )


def _liars() -> Iterator[Kind]:
    for name, lie in (
        ("nonsense", "fifteen point one"),
        ("negative", "15.1.-2176.-9"),
        ("huge", "15.1." + "9" * 5000 + ".2"),
        ("many-parts", "15.1.2176.9.15.2.792.10"),
        ("script", "<script>alert(document.domain)</script>"),
        ("escapes", "15.1.2176.9\x1b[2J\x1b[31mowned\x07"),
        ("float", "15.1.2176,9"),
        ("empty", ""),
        ("digits", "15.1.2176.\uff19"),
    ):
        yield Kind(
            f"liar-{name}",
            "X-OWA-Version is no build; the page names 15.1.2176, which leaves it open",
            (*IDENTIFIED, *UNKNOWN_BUILD),
            "exchange",
            exchange=True,
            builds=("15.1.2176.4",),
            header=f"={lie}",
            settled=False,
        )


def _trouble() -> Iterator[Kind]:
    openings: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("black-hole", "never accepts a connection", SILENT),
        ("tarpit", "accepts, and never says a word", SILENT),
        ("reset", "resets at once", BROKEN),
        ("garbage", "random bytes instead of TLS", (*BROKEN, *TLS_FAILED)),
        ("closed", "accepts and closes", (*BROKEN, *TLS_FAILED)),
    )
    for name, what, seen in openings:
        yield Kind(f"trouble-{name}", what, seen, "none", transport=name, settled=False)
    for name, what, seen in (
        ("tls-tarpit", "never answers a request", (*SILENT, *BROKEN)),
        ("tls-reset", "resets on the first request", BROKEN),
        ("body-reset", "resets in the middle of a page", BROKEN),
        ("slow-loris", "one byte each second", (*BROKEN, *SILENT)),
        ("endless-body", "a page without end", (*BROKEN, *OTHER)),
        ("endless-headers", "headers without end", BROKEN),
        ("endless-redirects", "each page sends to the next", OTHER),
        ("giant-length", "Content-Length of nine exabytes", (*BROKEN, *SILENT, *OTHER)),
        ("short-body", "closes before Content-Length is reached", (*BROKEN, *OTHER)),
        ("long-body", "more bytes than Content-Length says", (*BROKEN, *OTHER)),
        ("chunk-nonsense", "sizes of chunks that are no numbers", BROKEN),
        ("chunk-negative", "a negative size of a chunk", BROKEN),
        ("chunk-huge", "a chunk of more bytes than there are atoms", (*BROKEN, *SILENT)),
        ("chunk-endless", "chunks without end", (*BROKEN, *OTHER)),
        ("gzip-bomb", "a tenth of a megabyte that grows to a hundred and more", (*BROKEN, *OTHER)),
        ("http09", "a page without status or headers", BROKEN),
        ("http2-only", "HTTP/2 frames whatever is asked", BROKEN),
        ("binary", "random bytes instead of HTTP", BROKEN),
        ("status-nonsense", "a status line that has no number", BROKEN),
        ("continue-forever", "100 Continue without end", (*BROKEN, *SILENT)),
    ):
        yield Kind(f"trouble-{name}", what, seen, f"trouble-{name}", settled=False)


def _drawn() -> Iterator[Kind]:
    """Exchange of whatever build the mix draws."""
    base = Kind(
        "country-exchange",
        "Exchange of a drawn build",
        IDENTIFIED,
        "exchange",
        exchange=True,
        drawn=True,
    )
    yield base
    yield replace(base, name="country-odd-case", header="odd-case")
    yield replace(base, name="country-stripped", header="stripped")
    yield replace(base, name="country-manifest", header="stripped", manifest="current")
    yield replace(base, name="country-lagging", header="stripped", manifest="lagging")
    yield replace(base, name="country-rsa", transport="rsa")
    yield replace(base, name="country-tls10", transport="tls10")


def _all() -> dict[str, Kind]:
    groups = (
        _every_generation(),
        _exchange_variants(),
        _pools(),
        _virtual_hosts(),
        _gateways(),
        _others(),
        _old_transports(),
        _liars(),
        _trouble(),
        _drawn(),
        _share_points(),
    )
    return {kind.name: kind for group in groups for kind in group}


KINDS: Mapping[str, Kind] = _all()
"""Every kind by its name."""
