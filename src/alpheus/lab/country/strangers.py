"""What stands in lists and is no server of the country: honeypots, other products, the cloud."""

from __future__ import annotations

from random import Random

from alpheus.lab.country import certificates, networks
from alpheus.lab.country.calendar import some_time
from alpheus.lab.country.dice import Weighted, dice
from alpheus.lab.country.model import Certificate
from alpheus.lab.country.sightings import EXCHANGE, OTHER, VICTIM, VULNERABLE, Seen
from alpheus.lab.internet.builds import RELEASES

PER_GROUP = 2
_KINDS = Weighted([("honeypot", 0.25), ("other-product", 0.5), ("cloud", 0.25)])
_PRODUCTS = ("nginx", "Apache httpd", "IIS", "router")


class Stranger:
    """One of them; the same for the same seed and number."""

    def __init__(self, seed: int, number: int) -> None:
        rng = dice(seed, "stranger", number)
        self.kind = _KINDS.draw(rng)
        self.address = networks.stranger(number)
        self._product = rng.choice(_PRODUCTS)
        self._certificate = _certificate(self.kind, rng)

    def seen(self, day: int, rng: Random) -> Seen:
        """How it looks on a day."""
        seen = Seen(
            some_time(day, rng), self.address, 443, noise=self.kind, country="US", asn=64_511,
            owner="Example Cloud", certificate=self._certificate, claims=OTHER,
        )  # fmt: skip
        if self.kind == "honeypot":
            seen.release = RELEASES["15.1.2106.2"]
            seen.server_name, seen.claims = "EXCH01", VULNERABLE
            seen.host_name = seen.reverse = "mail.trap.example"
        elif self.kind == "cloud":
            seen.product, seen.claims = "Exchange Online", EXCHANGE
            seen.host_name = seen.reverse = "cloud-mail.example"
        else:
            seen.product = self._product
        return seen

    def accused(self, day: int, rng: Random) -> Seen:
        """How it looks on a day to somebody who counts web shells: a honeypot has them all."""
        seen = self.seen(day, rng)
        if self.kind == "honeypot" and rng.random() < 0.1:
            seen.claims = VICTIM
            seen.url = f"https://{self.address}/aspnet_client/shell.aspx"
        return seen


def _certificate(kind: str, rng: Random) -> Certificate:
    if kind == "honeypot":
        return certificates.make(rng, ("EXCH01", "exch01.corp.local"))
    if kind == "cloud":
        names = ("cloud-mail.example", "*.cloud-mail.example")
        return certificates.make(Random(1), names, issuer=certificates.ISSUERS[1])  # noqa: S311
    return certificates.make(rng, ("router.example",))
