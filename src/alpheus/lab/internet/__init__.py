"""A test internet on the loopback device.

Every address of 127.0.0.0/8 is a server that behaves like an Exchange server of some version, like
a gateway in front of one, like something else, or badly. Which one is decided by address, seed and
mix, and the truth about it can be asked for. It shares no code and no constant with the rooms that
probe and judge.
"""

from __future__ import annotations

from alpheus.lab.internet.behaviour import Behaviour, address_of, behaviour_of
from alpheus.lab.internet.kinds import KINDS, Kind
from alpheus.lab.internet.later import mix_on
from alpheus.lab.internet.mix import MIXES, Mix, find_mix
from alpheus.lab.internet.server import Server, serve
from alpheus.lab.internet.truth import Truth, truth

__all__ = [
    "KINDS",
    "MIXES",
    "Behaviour",
    "Kind",
    "Mix",
    "Server",
    "Truth",
    "address_of",
    "behaviour_of",
    "find_mix",
    "mix_on",
    "serve",
    "truth",
]
