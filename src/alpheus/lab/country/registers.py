"""Public registers of the country, in the forms of real ones: who has which domain and network.

A member that should be in a register is missing now and then; names are written as each register
writes them. `networks.rpsl` has the networks of those who have one under their own name, and what
their providers hold; `prefixes.dat` has prefixes and numbers of networks, one a line.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from random import Random
from typing import BinaryIO

import msgspec

from alpheus.lab.country import networks
from alpheus.lab.country.lists.forms import csv_row
from alpheus.lab.country.model import Organisation
from alpheus.lab.country.sectors import NAICS

FOLDER = "registers"
_COVERED = 0.94
_NO_WEBSITE = 0.06
_COUNTRIES = {
    "US": "United States", "GB": "United Kingdom", "AT": "Austria", "MX": "Mexico",
}  # fmt: skip
_HIFLD = (
    "X,Y,OBJECTID,ID,NAME,ADDRESS,CITY,STATE,ZIP,ZIP4,TELEPHONE,TYPE,STATUS,POPULATION,COUNTY,"
    "COUNTYFIPS,COUNTRY,LATITUDE,LONGITUDE,NAICS_CODE,NAICS_DESC,SOURCE,SOURCEDATE,VAL_METHOD,"
    "VAL_DATE,WEBSITE"
)
_COLUMNS: Mapping[str, str] = {
    "dotgov.csv": "Domain name,Domain type,Organization name,Suborganization name,City,State,"
    "Security contact email",
    "hifld-hospitals.csv": _HIFLD,
    "hifld-law-enforcement.csv": _HIFLD,
    "hifld-fire-stations.csv": _HIFLD,
    "fdic-institutions.csv": "CERT,NAME,CITY,STALP,STNAME,ZIP,ACTIVE,WEBADDR",
    "ncua-credit-unions.csv": "CU_NUMBER,CU_NAME,CITY,STATE,CU_TYPE,WEBSITE",
    "nces-districts.csv": "SCHOOL_YEAR,FIPST,STATENAME,ST,LEA_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,"
    "LEAID,MCITY,MSTATE,PHONE,WEBSITE",
}
_BY_SECTOR = {
    "hospital": "hifld-hospitals.csv", "police": "hifld-law-enforcement.csv",
    "fire-and-rescue": "hifld-fire-stations.csv", "bank": "fdic-institutions.csv",
    "credit-union": "ncua-credit-unions.csv", "school": "nces-districts.csv",
}  # fmt: skip
_UNIVERSITIES = "universities.json"
_NETWORKS = "networks.rpsl"
_PREFIXES = "prefixes.dat"


class Registers:
    """The registers while they are written; `create` opens a file by its name."""

    def __init__(self, create: Callable[[str], BinaryIO]) -> None:
        self._create = create
        self._files: dict[str, BinaryIO] = {}
        self._universities = 0
        self._group = -1

    def add(self, organisation: Organisation, rng: Random) -> None:
        """Enter an organisation where it belongs."""
        self._enter_networks(organisation)
        if rng.random() >= _COVERED:
            return
        domain = organisation.domains[0]
        if organisation.country == "US" and domain.endswith(".gov"):
            self._row("dotgov.csv", _dotgov(organisation, rng))
        if organisation.sector == "university":
            self._enter_university(organisation)
        name = _BY_SECTOR.get(organisation.sector)
        if name and organisation.country == "US":
            self._row(name, _member(organisation, rng))

    def close(self) -> None:
        """Write what each file ends with."""
        if _UNIVERSITIES in self._files:
            self._files[_UNIVERSITIES].write(b"\n]\n")
        for file in self._files.values():
            file.close()

    def _file(self, name: str) -> BinaryIO:
        if name not in self._files:
            self._files[name] = self._create(f"{FOLDER}/{name}")
            if name in _COLUMNS:
                self._files[name].write(csv_row(_COLUMNS[name].split(",")))
        return self._files[name]

    def _row(self, name: str, cells: Mapping[str, str]) -> None:
        columns = _COLUMNS[name].split(",")
        self._file(name).write(csv_row([cells.get(column, "") for column in columns]))

    def _enter_university(self, organisation: Organisation) -> None:
        entry = {
            "name": organisation.name, "domains": [organisation.domains[0]],
            "web_pages": [f"https://www.{organisation.domains[0]}/"],
            "country": _COUNTRIES[organisation.country],
            "alpha_two_code": organisation.country, "state-province": None,
        }  # fmt: skip
        before = b",\n  " if self._universities else b"[\n  "
        self._file(_UNIVERSITIES).write(before + msgspec.json.encode(entry))
        self._universities += 1

    def _enter_networks(self, organisation: Organisation) -> None:
        provider = organisation.provider
        group = organisation.index // networks.GROUP
        if group != self._group:
            self._group = group
            for prefix in networks.group_networks(group):
                self._file(_PREFIXES).write(f"{prefix}\t{provider.asn}\n".encode())
                mail, country = f"abuse@{provider.domain}", organisation.country
                self._object(prefix, provider.name, country, mail, provider.asn)
        if organisation.own_network:
            mail = organisation.contacts[0].mail
            self._object(
                organisation.network, organisation.name, organisation.country, mail, provider.asn
            )

    def _object(self, prefix: str, holder: str, country: str, mail: str, asn: int) -> None:
        span = ipaddress.ip_network(prefix)
        kind = "inetnum" if span.version == 4 else "inet6num"
        where = f"{span[0]} - {span[-1]}" if span.version == 4 else prefix
        name = "".join(one for one in holder.upper() if one.isalnum())[:20]
        self._file(_NETWORKS).write(
            f"{kind}:        {where}\nnetname:        {name}-NET\ndescr:          {holder}\n"
            f"country:        {country}\norigin:         AS{asn}\nabuse-mailbox:  {mail}\n"
            "source:         MADE-UP\n\n".encode()
        )


def _dotgov(organisation: Organisation, rng: Random) -> dict[str, str]:
    kind = "City"
    if organisation.sector == "research":
        kind = "Federal - Executive"
    elif organisation.sector == "utility":
        kind = "Special district"
    elif "County" in organisation.name:
        kind = "County"
    contact = organisation.contacts[0]
    known = contact.role == "security" and rng.random() < 0.9
    return {
        "Domain name": organisation.domains[0], "Domain type": kind,
        "Organization name": organisation.name, "City": organisation.city,
        "State": organisation.state, "Security contact email": contact.mail if known else "(blank)",
    }  # fmt: skip


def _website(organisation: Organisation, rng: Random) -> str:
    if rng.random() < _NO_WEBSITE:
        return rng.choice(("", "NOT AVAILABLE"))
    domain = organisation.domains[0]
    forms = ("http://www.{}", "https://www.{}/", "www.{}", "http://{}/index.html", "{}")
    return rng.choice(forms).format(domain)


def _member(organisation: Organisation, rng: Random) -> dict[str, str]:
    """The values of every column that any of the registers of a sector has."""
    number = str(organisation.index + 1)
    phone = organisation.contacts[0].phone.removeprefix("+1-")
    website = _website(organisation, rng)
    upper = organisation.name.upper()
    return {
        "OBJECTID": number, "ID": number, "NAME": upper, "CITY": organisation.city.upper(),
        "STATE": organisation.state, "TELEPHONE": phone, "STATUS": "OPEN", "COUNTRY": "USA",
        "NAICS_CODE": NAICS[organisation.sector], "SOURCE": "MADE UP", "WEBSITE": website,
        "CERT": number, "STALP": organisation.state, "ACTIVE": "1", "WEBADDR": website,
        "CU_NUMBER": number, "CU_NAME": upper, "CU_TYPE": "1",
        "SCHOOL_YEAR": "2020-2021", "ST": organisation.state, "LEA_NAME": organisation.name,
        "LEAID": f"{organisation.index:07d}", "MCITY": organisation.city,
        "MSTATE": organisation.state, "PHONE": phone,
    }  # fmt: skip
