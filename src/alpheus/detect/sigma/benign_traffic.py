"""What ordinary requests to an Exchange server look like, to guess how many lines a piece selects.

Shares are rough, of all requests, in thousandths. They steer speed only, never what is found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection
from functools import lru_cache, reduce
from itertools import accumulate
from operator import or_

_BROWSER = (
    "mozilla/5.0+(windows+nt+10.0;+win64;+x64)+applewebkit/537.36+(khtml,+like+gecko)"
    "+chrome/88.0.4324.150+safari/537.36"
)

_COOKIE = "server~mail.corp.example~1941996335,200 /powershell"

_LEADS = (
    "2021-03-03 06:59:{:02d} 10.0.0.5 443 CORP\\user 198.51.100.7 ",
    "2021-03-03T06:59:{:02d}.123Z 4153262f-edd7-45f6-a2e2-3e84b8a459b0 15 1 2106 6 ",
)
_STRIDE = 389

_REQUESTS: tuple[tuple[int, str], ...] = (
    (100, "post /microsoft-server-activesync/default.eas user=a&deviceid=b&devicetype=c&cmd=ping"),
    (50, "post /microsoft-server-activesync/default.eas cmd=sync&devicetype=iphone&deviceid=c 200"),
    (160, "post /mapi/emsmdb/ mailboxid=a@b.c 443 microsoft+office/16.0+microsoft+outlook 200 0 0"),
    (40, "post /mapi/nspi/ mailboxid=a@b.c 443 microsoft+office/16.0 200 0 0 12"),
    (150, "post /ews/exchange.asmx 443 macoutlook/16.35+microsoft+office/16.0 200 0 0 17"),
    (163, f"post /owa/service.svc action=finditem&ep=1&id=-1&ac=1 443 {_BROWSER} 200 0 0"),
    (15, f"get /owa/ev.owa2 ns=pendingrequest&ev=pendingnotificationrequest {_BROWSER} 200"),
    (14, f"get /owa/prem/15.1.2176.2/scripts/boot.worldwide.0.mouse.js 443 {_BROWSER} 200"),
    (8, f"get /owa/prem/15.1.2176.2/resources/themes/base/images/0/sprite.png {_BROWSER} 304"),
    (4, f"get /owa/prem/15.1.2176.2/resources/styles/0/boot.mouse.css 443 {_BROWSER} 200"),
    (12, f"get /owa/auth/logon.aspx url=https%3a%2f%2fmail%2fowa 443 {_BROWSER} 200"),
    (6, f"post /owa/auth.owa 443 {_BROWSER} 302"),
    (4, f"get /owa/auth/15.1.2176/themes/resources/logon.css 443 {_BROWSER} 200"),
    (3, f"get /owa/auth/15.1.2176/scripts/premium/flogon.js 443 {_BROWSER} 200"),
    (5, f"get /ecp/default.aspx 443 {_BROWSER} 302"),
    (5, "get /ecp/ruleseditor/inboxrules.svc/getlist msexchecpcanary= 444 200"),
    (10, "post /ecp/ruleseditor/inboxrules.svc/getlist msexchecpcanary= 444 mozilla/5.0 200"),
    (4, f"get /ecp/15.1.2176.2/scripts/common.js 443 {_BROWSER} 200"),
    (50, "post /autodiscover/autodiscover.xml 443 microsoft+office/16.0+outlook 200 0 0"),
    (20, "get /autodiscover/autodiscover.json protocol=activesync&email= 443 200"),
    (25, "get /oab/a1b2c3d4/oab.xml 443 microsoft+bits/7.8 401 microsoft+bits 200"),
    (60, f"post /powershell clientapplication=activemonitor;psversion=5.1 {_COOKIE} winrm+client"),
    (40, "rpc_in_data /rpc/rpcproxy.dll ex01.corp.example:6001 443 msrpc 200"),
    (30, "get /owa/healthcheck.htm amprobe/local/clientaccess 200 ::1"),
    (20, "get /api/v1.0/$metadata odata_pc_probe/local 444 401"),
    (6, "get /robots.txt 443 googlebot/2.1 404 0 2"),
    (4, "get /favicon.ico 443 404"),
    (3, "get /wp-login.php 404 get /index.asp 404 get /.env 404"),
)  # fmt: skip


def share(pieces: Collection[str]) -> int:
    """About how many of a thousand ordinary requests hold at least one of the pieces."""
    return share_of_all((pieces,))


def share_of_all(sets: Collection[Collection[str]]) -> int:
    """About how many of a thousand ordinary requests hold a piece of each of the sets."""
    left = (1 << len(_REQUESTS)) - 1
    for pieces in sets:
        left &= reduce(or_, map(_holders, pieces), 0)
    return sum(weight for at, (weight, _) in enumerate(_REQUESTS) if left >> at & 1) if left else 0


@lru_cache(maxsize=65_536)
def _holders(piece: str) -> int:
    """Which of the ordinary requests hold a piece, as bits."""
    wanted = piece.lower().replace(" ", "+")
    return sum(1 << at for at, (_, line) in enumerate(_REQUESTS) if wanted in line)


def share_of_patterns(
    patterns: Collection[str], confirms: Callable[[str], bool] | None = None
) -> int:
    """About how many of a thousand ordinary requests any of the patterns matches, in any case.

    Of those, only the ones that `confirms` holds of are counted, if it is given.
    """
    return sum(
        weight
        for weight, line in _REQUESTS
        if any(_compiled(one).search(line) for one in patterns)
        and (confirms is None or confirms(line))
    )


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def lines(count: int, source: str = "iis") -> list[bytes]:
    """Ordinary lines of a log of requests, in the shares above, always the same ones."""
    total = sum(weight for weight, _ in _REQUESTS)
    bounds = list(accumulate(weight for weight, _ in _REQUESTS))
    found = []
    for number in range(count):
        # A stride without a common factor with the total visits every share in turn.
        place = number * _STRIDE % total
        line = _REQUESTS[bisect_right(bounds, place)][1]
        found.append((_LEADS[source == "httpproxy"].format(number % 60) + line).encode())
    return [line.replace(b" ", b",") for line in found] if source == "httpproxy" else found
