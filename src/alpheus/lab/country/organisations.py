"""Organisations: each decided by seed and number alone. Six of them share a town and its name."""

from __future__ import annotations

from random import Random

from alpheus.lab.country import networks
from alpheus.lab.country.dice import Weighted, dice, throw
from alpheus.lab.country.model import Contact, Organisation
from alpheus.lab.country.sectors import (
    BY_SHARE,
    COUNTRIES,
    LANGUAGES,
    SECTORS,
    STATES,
    Forms,
    Sector,
)
from alpheus.lab.country.words import Words, surname

TOWN = 6
_OWN_NETWORK = 0.35
_DYNAMIC = 0.6


class Population:
    """All organisations of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.words = Words(seed)

    def sector(self, index: int) -> Sector:
        """The sector of an organisation, among those that its country has names for."""
        sector = BY_SHARE.at(throw(self._seed, "sector", index))
        return sector if self.country(index) in sector.forms else SECTORS["company"]

    def country(self, index: int) -> str:
        """The country, two letters; all of a town is in one."""
        return COUNTRIES.at(throw(self._seed, "country", index // TOWN))

    def state(self, index: int) -> str:
        """The state, two letters; '' outside the United States."""
        if self.country(index) != "US":
            return ""
        return STATES[int(throw(self._seed, "state", index // TOWN) * len(STATES))]

    def organisation(self, index: int) -> Organisation:
        """The organisation of a number."""
        rng = dice(self._seed, "organisation", index)
        sector, country, state = self.sector(index), self.country(index), self.state(index)
        city, word = self.words.place(2 * (index // TOWN)), self.words.word(2 * index + 1)
        place = city if self._has_the_town_name(index) else self.words.place(2 * index + 1)
        second = surname(rng)
        name, domain = _form(
            sector.forms[country], rng, place=place, word=word, second=second, state=state
        )
        group = index // networks.GROUP
        provider = networks.provider(self._seed, self.words, group)
        dynamic = networks.is_dynamic(group) and rng.random() < _DYNAMIC
        own = not (provider.hosting or dynamic) and rng.random() < _OWN_NETWORK
        domains = (domain, f"{word}-mail.example") if rng.random() < 0.06 else (domain,)
        return Organisation(
            id=f"O{index:06d}", index=index, name=name, sector=sector.name, country=country,
            language=LANGUAGES[country], state=state, city=city.capitalize(), word=word,
            domains=domains, contacts=_contacts(domain, rng), network=networks.network(index),
            own_network=own, dynamic=dynamic, provider=provider,
        )  # fmt: skip

    def _has_the_town_name(self, index: int) -> bool:
        """The first of its sector in a town is named after it, any other after something else."""
        first = index // TOWN * TOWN
        sector = self.sector(index)
        return all(self.sector(other) is not sector for other in range(first, index))


def _form(
    forms: Forms, rng: Random, *, place: str, word: str, second: str, state: str
) -> tuple[str, str]:
    name, domain = Weighted([((name, domain), share) for name, domain, share in forms]).draw(rng)
    words = {
        "Place": place.capitalize(), "place": place, "Word": word.capitalize(), "word": word,
        "Second": second, "second": second.lower(), "Third": surname(rng), "st": state.lower(),
    }  # fmt: skip
    return name.format(**words), domain.format(**words)


def _contacts(domain: str, rng: Random) -> tuple[Contact, ...]:
    """Two in three have somebody for security; others at least an office."""
    phone = f"+1-{rng.randint(201, 989)}-555-01{rng.randint(0, 99):02d}"
    found = [Contact("office", "", f"info@{domain}", phone, own_domain=True)]
    if rng.random() < 0.66:
        first, last = surname(rng), surname(rng)
        outside = rng.random() < 0.4
        mail = f"{last.lower()}@mailbox.example" if outside else f"security@{domain}"
        found.insert(0, Contact("security", f"{first} {last}", mail, phone, not outside))
    return tuple(found)


def spelling(organisation: Organisation, rng: Random) -> str:
    """Its name as somebody else writes it."""
    name = organisation.name
    kind, _, of = name.partition(" of ")
    ways = [name.upper(), name.replace(" & ", " and ").replace(",", ""), f"{name} "]
    if of and kind in {"City", "Town", "Village"}:
        ways += [f"{of}, {kind} of", f"{of} {kind}", of]
    for long, short in (
        ("Department", "Dept"), (" Inc.", ""), ("School District", "SD"), ("County", "Co."),
        ("Federal Credit Union", "FCU"), ("Medical Center", "Med Ctr"), ("University", "Univ."),
    ):  # fmt: skip
        if long in name:
            ways.append(name.replace(long, short))
    return rng.choice(ways)
