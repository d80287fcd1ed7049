"""The tables of organisations that are known, by the names of their columns.

A column is found by its name in lower case with underscores. What no role takes is kept as an
attribute, so that a list with a new column loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from alpheus.directory.sectors import naics_sector, sector_named

Columns = Mapping[str, tuple[str, ...]]

_PLACE: dict[str, tuple[str, ...]] = {
    "country": ("country", "country_code", "cc", "alpha_two_code"),
    "region": ("state", "stalp", "st", "state_code", "region", "province", "stname", "bundesland"),
    "city": ("city", "town", "mcity", "lcity", "ort", "ciudad", "physical_city"),
    "street": ("address", "street", "mstreet1", "street_address", "strasse", "direccion",
               "physical_address"),
    "zip": ("zip", "zipcode", "zip_code", "postal_code", "mzip", "plz", "codigo_postal"),
    "phone": ("phone", "telephone", "phone_number", "telefon", "telefono", "tel"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of table. `columns` are by role, of each the names in order of preference.

    It is told by a header that has one name of each of `signs`. `sector` is given the cells of
    roles `type` and `naics`.
    """

    kind: str
    columns: Columns
    signs: tuple[frozenset[str], ...]
    sector: Callable[[str, str], str]
    country: str = ""


def _of(sector: str) -> Callable[[str, str], str]:
    return lambda _type, _naics: sector


def _government(kind: str, _naics: str) -> str:
    """The sector of a type of .gov domain; departments are told by their names."""
    plain = kind.lower().replace("independent ", "")
    for start, sector in (
        ("federal-judicial", "court"), ("federal - judicial", "court"),
        ("federal", "national-government"), ("state", "state-government"),
        ("territory", "state-government"), ("tribal", "tribal-government"),
        ("native", "tribal-government"), ("school", "school"), ("city", "local-government"),
        ("county", "local-government"), ("special", "local-government"),
        ("local", "local-government"), ("interstate", "state-government"),
        ("intrastate", "state-government"), ("regional", "local-government"),
    ):  # fmt: skip
        if plain.startswith(start):
            return sector
    return "government"


def _by_code(fallback: str) -> Callable[[str, str], str]:
    return lambda kind, naics: naics_sector(naics) or sector_named(kind) or fallback


_CUSTOMER_NAMES = (
    "name", "customer", "customer_name", "organisation", "organization", "organisation_name",
    "organization_name", "org", "company", "constituent", "client", "kunde", "cliente", "firma",
    "empresa", "organisation/firma",
)  # fmt: skip
_CUSTOMERS: Columns = _PLACE | {
    "name": _CUSTOMER_NAMES,
    "unit": ("unit", "department", "suborganization", "abteilung", "departamento"),
    "domain": ("domain", "domains", "domain_name", "domain_names", "email_domain", "fqdn",
               "dominio", "dominios", "domain(s)", "mail_domain"),
    "website": ("website", "web", "url", "homepage"),
    "host": ("host", "hostname", "host_name", "mail_server", "mailserver", "owa", "owa_url"),
    "network": ("network", "networks", "network(s)", "cidr", "cidrs", "range", "ranges",
                "ip_range", "ip_ranges", "prefix", "prefixes", "ip", "ips", "ip_address",
                "ip_addresses", "netz", "netze", "red", "redes", "inetnum"),
    "as_number": ("asn", "as", "as_number"),
    "sector": ("sector", "industry", "branche", "sektor"),
    "naics": ("naics", "naics_code"),
    "security": ("security_contact", "security_email", "security_contact_email", "csirt",
                 "soc", "cert_email", "security"),
    "abuse": ("abuse", "abuse_email", "abuse_contact", "abuse_c", "abuse_mailbox"),
    "registered": ("contact", "contact_email", "email", "e-mail", "mail", "contacts", "kontakt",
                   "contacto", "correo"),
    "contact_name": ("contact_name", "contact_person", "ansprechpartner", "person"),
}  # fmt: skip

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "dotgov",
        _PLACE | {
            "domain": ("domain_name", "domain"),
            "type": ("domain_type",),
            "name": ("organization_name", "organization", "agency"),
            "unit": ("suborganization_name", "suborganization"),
            "security": ("security_contact_email", "security_contact"),
        },
        (frozenset({"domain_name"}), frozenset({"domain_type"})),
        _government,
        country="US",
    ),
    Layout(
        "nces-lea",
        _PLACE | {
            "name": ("lea_name", "lea_nm", "district_name", "name"),
            "website": ("website", "web_site", "url"),
        },
        (frozenset({"leaid", "lea_name"}), frozenset({"lea_name", "lea_nm"})),
        _of("school"),
        country="US",
    ),
    Layout(
        "fdic",
        _PLACE | {"name": ("name", "institution_name"), "website": ("webaddr", "website", "url")},
        (frozenset({"webaddr"}), frozenset({"cert", "fed_rssd", "stalp", "rssdid"})),
        _of("bank"),
        country="US",
    ),
    Layout(
        "ncua",
        _PLACE | {
            "name": ("cu_name", "credit_union_name", "credit_union"),
            "website": ("website", "site_url", "web_site", "url", "websites", "cu_website"),
            "domain": ("domain",),
            "region": ("state", "physical_state", "mailing_state", "physical_address_state"),
        },
        (frozenset({"cu_name", "credit_union_name", "credit_union"}),),
        _of("credit-union"),
        country="US",
    ),
    Layout(
        "hifld-hospitals",
        _PLACE | {"name": ("name",), "website": ("website",), "naics": ("naics_code",)},
        (frozenset({"website"}), frozenset({"naics_code"}), frozenset({"beds", "helipad"})),
        _by_code("hospital"),
        country="US",
    ),
    Layout(
        "hifld-law-enforcement",
        _PLACE | {"name": ("name",), "website": ("website",), "naics": ("naics_code",)},
        (frozenset({"website"}), frozenset({"naics_code"}), frozenset({"cslleafips", "cslea08id",
         "csllea08id", "subtype1", "tribal"})),
        _by_code("police"),
        country="US",
    ),
    Layout(
        "hifld",
        _PLACE | {
            "name": ("name",), "website": ("website",), "naics": ("naics_code",),
            "type": ("naics_desc",),
        },
        (frozenset({"name"}), frozenset({"website"}), frozenset({"naics_code"})),
        _by_code(""),
        country="US",
    ),
    Layout(
        "cert",
        {**_CUSTOMERS, "name": ("csirt_name", "national_cert", "cert", *_CUSTOMER_NAMES)},
        (frozenset({"country", "country_code"}), frozenset({"csirt_name", "national_cert"})),
        _of("national-government"),
    ),
    Layout(
        "customers",
        _CUSTOMERS,
        (
            frozenset(_CUSTOMER_NAMES),
            frozenset(name for role in ("domain", "host", "network", "website", "registered",
                                        "security") for name in _CUSTOMERS[role]),
        ),
        _by_code(""),
    ),
)  # fmt: skip
"""In the order in which a header is tried."""

BY_KIND = {layout.kind: layout for layout in LAYOUTS}


def layout_of(columns: Sequence[str]) -> Layout | None:
    """The first layout that a header has the signs of."""
    names = frozenset(columns)
    return next((one for one in LAYOUTS if all(names & sign for sign in one.signs)), None)
