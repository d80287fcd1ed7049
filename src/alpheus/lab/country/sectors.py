"""Who has mail servers: sectors, their shares, and the names and domains that they go by.

No name is anybody's. Names under open domains end in `.example`, which nobody can have (RFC 2606).
Where the kind of domain is itself evidence (`.gov`, `.edu`, `.mil`, `.bank`, localities of RFC
1480, `nhs.uk`, `police.uk`, `gov.uk`, `ac.uk`, `sch.uk`, `gv.at`, `ac.at`, `gob.mx`, `edu.mx`),
only their own members can register a name, and the invented words of `words.py` are no place and
no member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alpheus.lab.country.dice import Weighted

Forms = Sequence[tuple[str, str, float]]


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector: how often it comes, how many servers over one its members have on average.

    `forms` are by country: a name, a domain and how often; `{Place}` and `{place}` stand for the
    town, `{Word}` and `{word}` for the organisation's own word, `{st}` for the state.
    """

    name: str
    share: float
    more_servers: float
    forms: Mapping[str, Forms]


def _sector(name: str, share: float, more_servers: float, us: Forms, **others: Forms) -> Sector:
    return Sector(name, share, more_servers, {"US": us, **others})


SECTORS = {
    one.name: one
    for one in (
        _sector(
            "company", 27, 0.35,
            [("{Word} Manufacturing Inc.", "{word}mfg.example", 4),
             ("{Word} Logistics LLC", "{word}logistics.example", 3),
             ("{Word} Industries", "{word}.example", 4),
             ("{Word} Foods Co.", "{word}foods.example", 2),
             ("{Place} Dental Group", "{place}dental.example", 1),
             ("{Word} Engineering", "{word}-engineering.example", 2)],
            GB=[("{Word} Plating Ltd", "{word}plating.example", 1),
                ("{Word} & Sons Ltd", "{word}sons.example", 1)],
            AT=[("{Word} Maschinenbau GmbH", "{word}-maschinenbau.example", 1),
                ("{Word} Holz GmbH & Co KG", "{word}holz.example", 1)],
            MX=[("Industrias {Word} S.A. de C.V.", "industrias{word}.example", 1)],
        ),
        _sector(
            "local-government", 14, 0.3,
            [("City of {Place}", "ci.{place}.{st}.us", 3),
             ("City of {Place}", "{place}{st}.gov", 4),
             ("{Place} County", "co.{place}.{st}.us", 3),
             ("{Place} County", "{place}county{st}.gov", 3),
             ("Town of {Place}", "town.{place}.{st}.us", 1),
             ("Village of {Place}", "vil.{place}.{st}.us", 1),
             ("Town of {Place}", "townof{place}.example", 2)],
            GB=[("{Place} Borough Council", "{place}.gov.uk", 1)],
            AT=[("Marktgemeinde {Place}", "{place}.gv.at", 1)],
            MX=[("Ayuntamiento de {Place}", "{place}.gob.mx", 1)],
        ),
        _sector(
            "school", 9, 0.3,
            [("{Place} School District", "{place}.k12.{st}.us", 5),
             ("{Place} Independent School District", "{place}isd.example", 3),
             ("{Word} Academy", "{word}.pvt.k12.{st}.us", 1)],
            GB=[("{Place} High School", "{place}.{word}.sch.uk", 1)],
        ),
        _sector(
            "law-firm", 8, 0.1,
            [("{Word}, {Second} & {Third} LLP", "{word}law.example", 3),
             ("{Word} {Second} Attorneys at Law", "{word}-{second}.example", 2),
             ("Law Offices of {Word} PLLC", "{word}legal.example", 1)],
            GB=[("{Word} Solicitors LLP", "{word}solicitors.example", 1)],
            AT=[("Kanzlei Dr. {Word}", "kanzlei-{word}.example", 1)],
            MX=[("{Word} y Asociados Abogados", "{word}abogados.example", 1)],
        ),
        _sector(
            "bank", 6, 0.8,
            [("First {Place} Bank", "first{place}.example", 2),
             ("{Word} National Bank", "{word}nationalbank.example", 3),
             ("Bank of {Place}", "bankof{place}.example", 1),
             ("{Word} Savings Bank", "{word}.bank", 2)],
            AT=[("Sparkasse {Place}", "sparkasse-{place}.example", 1)],
        ),
        _sector(
            "credit-union", 5, 0.3,
            [("{Word} Federal Credit Union", "{word}fcu.example", 4),
             ("{Word} Community Credit Union", "{word}cu.example", 2),
             ("{Place} Teachers Federal Credit Union", "{place}tfcu.example", 1)],
        ),
        _sector(
            "non-profit", 6, 0.1,
            [("{Word} Foundation", "{word}foundation.example", 3),
             ("{Place} Food Bank", "{place}foodbank.example", 1),
             ("Friends of {Place}", "friendsof{place}.example", 1),
             ("{Word} Community Services", "{word}cares.example", 2)],
            GB=[("{Word} Trust", "{word}trust.example", 1)],
            AT=[("Verein {Word}", "verein-{word}.example", 1)],
        ),
        _sector(
            "hospital", 6, 0.9,
            [("{Place} Regional Medical Center", "{place}rmc.example", 3),
             ("{Word} Health System", "{word}health.example", 3),
             ("{Place} County Hospital District", "{place}hospital.example", 2)],
            GB=[("{Place} NHS Foundation Trust", "{place}.nhs.uk", 1)],
            AT=[("Landesklinikum {Place}", "klinikum-{place}.example", 1)],
            MX=[("Hospital General de {Place}", "hospital{place}.example", 1)],
        ),
        _sector(
            "utility", 4, 0.3,
            [("{Place} Water District", "{place}water.gov", 2),
             ("{Word} Electric Cooperative", "{word}electric.example", 3),
             ("{Place} Public Utility District", "{place}pud.example", 2)],
            AT=[("Stadtwerke {Place} GmbH", "stadtwerke-{place}.example", 1)],
        ),
        _sector(
            "university", 3.5, 1.5,
            [("University of {Place}", "u{place}.edu", 2),
             ("{Word} State University", "{word}.edu", 3),
             ("{Word} College", "{word}college.edu", 3),
             ("{Place} Community College", "{place}.cc.{st}.us", 2)],
            GB=[("University of {Place}", "{place}.ac.uk", 1)],
            AT=[("Universitaet {Place}", "{place}.ac.at", 1)],
            MX=[("Universidad de {Place}", "{place}.edu.mx", 1)],
        ),
        _sector(
            "police", 3, 0.1,
            [("{Place} Police Department", "{place}pd{st}.gov", 3),
             ("{Place} Police Department", "police.{place}.{st}.us", 2),
             ("{Place} County Sheriff's Office", "{place}sheriff{st}.gov", 2),
             ("{Place} Police Department", "{place}police.example", 2)],
            GB=[("{Place} Police", "{place}.police.uk", 1)],
        ),
        _sector(
            "fire-and-rescue", 2, 0.05,
            [("{Place} Fire Department", "{place}fire.gov", 3),
             ("{Place} Fire and Rescue", "{place}firerescue.example", 3)],
            GB=[("{Place} Fire and Rescue Service", "{place}fire.gov.uk", 1)],
        ),
        _sector(
            "telecom", 2.5, 0.5,
            [("{Word} Telephone Cooperative", "{word}tel.example", 2),
             ("{Word} Broadband", "{word}broadband.example", 2)],
        ),
        _sector(
            "defence", 1.5, 0.6,
            [("{Word} Defense Systems", "{word}defense.example", 3),
             ("{Word} Air Base", "{word}.mil", 1)],
        ),
        _sector(
            "research", 1.5, 0.5,
            [("{Word} Research Institute", "{word}research.example", 3),
             ("{Word} National Laboratory", "{word}lab.gov", 1)],
            AT=[("Forschungsinstitut {Word}", "{word}-forschung.example", 1)],
        ),
        _sector(
            "think-tank", 1, 0.2,
            [("{Word} Institute for Public Policy", "{word}policy.example", 2),
             ("Center for {Word} Studies", "{word}studies.example", 1)],
        ),
    )
}  # fmt: skip
"""Every sector by its name."""

BY_SHARE = Weighted([(one, one.share) for one in SECTORS.values()])
COUNTRIES = Weighted([("US", 91.0), ("GB", 4.0), ("AT", 3.0), ("MX", 2.0)])
LANGUAGES = {"US": "en", "GB": "en", "AT": "de", "MX": "es"}
_STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
STATES = tuple(_STATES.split())
NAICS = {
    "company": "332710", "local-government": "921190", "school": "611110", "law-firm": "541110",
    "bank": "522110", "credit-union": "522130", "non-profit": "813319", "hospital": "622110",
    "utility": "221310", "university": "611310", "police": "922120", "fire-and-rescue": "922160",
    "telecom": "517311", "defence": "928110", "research": "541715", "think-tank": "541720",
}  # fmt: skip
"""The number of each sector in the North American classification of industries."""
