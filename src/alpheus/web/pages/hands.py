"""Which intrusions are by one hand: all hands, and one of them with what speaks for and against."""

from __future__ import annotations

from io import StringIO
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from alpheus.fleet.hands import LEAST
from alpheus.fleet.hands_table import write_table
from alpheus.fleet.hands_told import Hand, Sign
from alpheus.fleet.hands_words import AGAINST, CONFIDENCE, SIGNS, WEIGHT, sign_text
from alpheus.fleet.report_blocks import hand_title, hands_sentence
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.csv_output import demand, is_asked
from alpheus.web.hands_desk import HandsDesk
from alpheus.web.rendering import AnyRequest, look_of, page

_SEE = {PERMISSION: Permission.SEE}
_TOP = 3
_SIGNS = 40
_MEMBERS = 200
_LISTED = 100
_WORDS: dict[str, Any] = {"signs": SIGNS, "against": AGAINST, "sure": CONFIDENCE,
                          "sign_text": sign_text}  # fmt: skip
_TONES = {"high": "note", "medium": "doubt", "low": "plainly"}


@get("/hands", opt=_SEE, sync_to_thread=True)
def hands_page(request: AnyRequest) -> Response[Any]:
    """All of them, the largest first; all evidence as CSV by `?format=csv`."""
    desk: HandsDesk = request.app.state.hands
    if is_asked(request):
        demand(request, Permission.EXPORT)
        return table(request)
    seen = desk.of(request.user)
    return page(
        request, "hands/list.html", seen=seen, found=seen.hands, words=_WORDS, tones=_TONES,
        sentence=hands_sentence(seen.hands, look_of(request).words), most=_LISTED,
        tops={one.number: _top(one) for one in seen.hands.hands},
    )  # fmt: skip


@get("/hands/{number:int}", opt=_SEE, sync_to_thread=True)
def hand_page(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """One of them."""
    desk: HandsDesk = request.app.state.hands
    seen = desk.of(request.user)
    hand = seen.hand(number)
    return page(
        request, "hands/hand.html", seen=seen, hand=hand, words=_WORDS,
        tone=_TONES[hand.confidence], title=hand_title(hand, look_of(request).words),
        told=_told(hand)[:_SIGNS],
        cut=max(0, len(_told(hand)) - _SIGNS), most=_MEMBERS, weight=WEIGHT,
        of_member={at: _kinds(hand, one.signs) for at, one in enumerate(hand.members[:_MEMBERS])},
        between=[one for one in seen.hands.between if number in one.hands],
    )  # fmt: skip


def table(request: AnyRequest) -> Response[Any]:
    """All evidence of what somebody may take away, as CSV."""
    desk: HandsDesk = request.app.state.hands
    stream = StringIO(newline="")
    write_table(desk.of(request.user, Permission.EXPORT).hands, stream)
    return Response(
        stream.getvalue().encode(), media_type="text/csv",
        headers={"content-disposition": 'attachment; filename="alpheus-hands.csv"'},
    )  # fmt: skip


def _told(hand: Hand) -> list[Sign]:
    """Signs that say something, the same said once: a network not where its address stands."""
    networks = any(one.kind == "address" and one.bits >= LEAST for one in hand.signs)
    return [
        one for one in hand.signs
        if one.bits >= LEAST and not (networks and one.kind == "network")
    ]  # fmt: skip


def _top(hand: Hand) -> list[Sign]:
    """Of each kind the one that says most."""
    found: dict[str, Sign] = {}
    for one in _told(hand):
        found.setdefault(one.kind, one)
    return list(found.values())[:_TOP]


def _kinds(hand: Hand, places: tuple[int, ...]) -> list[str]:
    several = (hand.signs[at] for at in places)
    kinds = dict.fromkeys(one.kind for one in several if one.bits >= LEAST)
    return [one for one in kinds if one != "network" or "address" not in kinds]


ROUTES = (hands_page, hand_page)
