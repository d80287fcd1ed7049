"""By what stands around it a secret is known. Each expression has one group: `secret`.

Quotes come as they were logged: doubled by CSV, escaped by JSON, percent- or HTML-encoded.
Every expression is bounded, so that a hostile line costs linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_QUOTE = r"(?:\\?[\"'`]{1,2}|\\?\\u0022|%2[27]|&quot;|&#0?3[49];|&#x2[27];)"
_EMPTY = r"(?!(?<=\"\")[\s)])"
"""Two marks with nothing between them are an empty text, not one mark that was doubled."""

_QUOTED = rf"(?P<quote>{_QUOTE}){_EMPTY}(?P<secret>(?:(?!(?P=quote)).){{1,3900}}?)(?:(?P=quote)|\Z)"
_MARK = r"\[secret:[0-9a-f]{8}\]"
_VALUE = rf"(?P<secret>{_MARK}|[^\s\"'&;,<>|\]\[(){{}}]{{1,3900}})"
_NO_CLOSE = rf"(?:{_MARK}|[^\])])"
_CLOSED = r"(?=[^\])]{1,320}+[\])])"
"""Looks for the end at once: most that begins so and does not end is left soon."""

_REQUESTED = (
    r"\bRequest(?:\s{0,4}\.\s{0,4}\w{1,20}){0,2}\s{0,4}[\[(]"
    + _CLOSED + _NO_CLOSE + r"{1,300}[\])]"
)  # fmt: skip
"""`Request["key"]` and the like, masked already or not."""

_COMPARED = r"\s{0,4}(?:={1,3}|!={1,2}|<>)\s{0,4}"
_STORES = ("session", "application", "viewstate", "tempdata", "cache")
_KEPT = r"(?:\s{0,4}\.\s{0,4}(?:Contents|Item|Items))?\s{0,4}[\[(]\s{0,4}"
_PASSWORD = rf"(?P<secret>{_MARK}|[^\s\"'&;,<>]{{1,512}})"

ORDINARY = frozenset(
    {"action", "administrator", "command", "domain", "exchange", "filename", "message", "method",
     "operation", "password", "schema", "server", "username"}
)  # fmt: skip
"""Parameter names too common to be replaced where nothing marks them as a secret."""


class SecretKind(StrEnum):
    """What a secret is for."""

    PARAMETER = "parameter"
    """By what name a page of the intruder is spoken to."""
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    KEY = "key"
    """By which a server signs what it gives out."""
    TOKEN = "token"  # noqa: S105 - the name of a kind
    """Of somebody's session."""
    TEXT = "text"
    """A text in a page that may be any of these."""


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """One way in which a secret is written. `hint` must occur, in lower case, for it to match."""

    hint: str
    expression: re.Pattern[str]
    kind: SecretKind = SecretKind.PASSWORD


def _pattern(hint: str, expression: str, kind: SecretKind = SecretKind.PASSWORD) -> SecretPattern:
    return SecretPattern(hint, re.compile(expression, re.IGNORECASE | re.DOTALL), kind)


def _parameter(hint: str, expression: str) -> SecretPattern:
    return _pattern(hint, expression, SecretKind.PARAMETER)


def _named(hint: str, name: str) -> SecretPattern:
    """Return a pattern for `name=value`, `name: value`, `name%3Dvalue` and `name="value"`."""
    expression = rf"{name}{_QUOTE}?\s{{0,4}}(?:=|:|%3D|%3A)\s{{0,4}}{_QUOTE}?{_VALUE}"
    return _pattern(hint, expression, SecretKind.TOKEN)


PATTERNS: tuple[SecretPattern, ...] = (
    # A shell's parameter: Request["key"], Request.Form("key"), Request.Headers.Get('key').
    _parameter(
        "request",
        r"\bRequest(?:\s{0,4}\.\s{0,4}(?:Item|Form|QueryString|Params|Headers|Cookies|"
        r"ServerVariables|Get|GetValues)){0,3}\s{0,4}(?:\[|\(|%5B|%28)\s{0,4}" + _QUOTED,
    ),
    # … and the same parameter where the shell is used: ?key=Response.Write(…).
    _parameter(
        "=",
        r"(?:^|[?&\s;])(?P<secret>(?!-)[^\s=&?;\"'<>/\\]{1,256})=(?:\"|'|%22|%27)?"
        r"(?:Response\.(?:Write|Binary|End)|eval(?:\(|%28)|Execute(?:Global)?(?:\(|%28|[+ ])|"
        r"System\.(?:Diagnostics|IO|Convert|Text)\b|new[+ %20]{1,3}(?:ActiveXObject|System\.)|"
        r"Server\.CreateObject|var[+ %20]{1,3}\w{1,64}(?:=|%3D)(?:new|System|Request))",
    ),
    # … and what a control of a page or a parameter of a web method is called.
    _parameter("control(", rf"\bcontrol\({_QUOTED}"),
    _parameter("parameter(", rf"\bparameter\({_QUOTED}"),
    # … and what is one of several in them: Request.Cookies("key")("other").
    _parameter(
        '"',
        r"\b(?:Request|control|parameter)(?:\.\w{1,40})?"
        rf"(?:\([^)\n]{{0,200}}+\)|\[(?=[^\]\n]{{1,220}}+\])(?:{_MARK}|[^\]\n]){{1,200}}\])"
        r"(?:\sof\s\w{1,100}|\.\w{1,40}){0,2}"
        rf"(?:[\[(]\"(?:{_MARK}|[^\"\n]){{1,200}}\"[\])]){{0,3}}[\[(]\"(?P<secret>[^\"\n]{{1,200}})\"[\])]",
    ),
    # Basic asks by name without quotes: Request!key, Headers!key.
    _parameter(
        "!",
        r"\b(?:Request(?:\s{0,4}\.\s{0,4}\w{1,20})?|Headers|Form|QueryString|Params|Cookies|"
        r"ServerVariables|Session|Application|ViewState)\s{0,4}!(?!\[secret:[0-9a-f]{8}\])\[?"
        r"(?P<secret>(?<=\[)[^\]\n]{1,200}|[^\W\d]\w{0,255})",
    ),
    # What a page keeps between requests, and by which name.
    *(_parameter(name, rf"\b{name}{_KEPT}{_QUOTED}") for name in _STORES),
    *(
        _pattern(
            name,
            rf"\b{name}{_KEPT}{_NO_CLOSE}{{1,300}}[\])](?:\.\w{{1,20}}(?:\(\))?){{0,2}}"
            rf"{_COMPARED}@?{_QUOTED}",
        )
        for name in _STORES
    ),
    # What Basic declares as a text without a space.
    _pattern(
        "as string",
        r"\b(?:Const|Dim|Private|Public|Shared|Static|ReadOnly)\s{1,4}\w{1,60}\s{1,4}As\s{1,4}String"
        r"\s{0,4}=\s{0,4}(?P<quote>[\"\u201c\u201d]{1,2})(?P<secret>[\w+/=!@#$%^&*-]{4,512})(?P=quote)",
    ),
    # What a page compares a request with.
    _pattern(
        "=",
        r"\b\w{0,40}(?:pass|passwd|password|pwd|passphrase|secret|apikey|token)\s{0,4}={1,3}"
        rf"\s{{0,4}}@?{_QUOTED}",
    ),
    _pattern(
        "=",
        r"(?<!add )\b(?:key|xc|md5|salt)\s{0,4}={1,3}\s{0,4}@?(?P<quote>\"\"|\"|')"
        r"(?P<secret>[\w+/=!@#$%^*-]{4,512})(?P=quote)",
    ),
    _pattern(
        "request",
        rf"{_REQUESTED}(?:\s{{0,4}}\.\s{{0,4}}\w{{1,20}}(?:\(\))?){{0,2}}{_COMPARED}{_QUOTED}",
    ),
    _pattern("request", rf"{_QUOTED}{_COMPARED}(?:\w{{1,12}}\(){{0,2}}Request\s{{0,4}}[.\[(]"),
    _pattern("equals", rf"\.Equals\s{{0,4}}\(\s{{0,4}}@?{_QUOTED}\s{{0,4}}\)"),
    _pattern("equals", rf"{_QUOTED}\s{{0,4}}\.\s{{0,4}}Equals\s{{0,4}}\("),
    _pattern(
        "request",
        rf"{_REQUESTED}(?:\s{{0,4}}\.\s{{0,4}}\w{{1,20}}(?:\(\))?){{0,2}}\s{{0,4}}\??\.\s{{0,4}}"
        rf"(?:StartsWith|EndsWith|Contains|IndexOf|CompareTo|Equals)\s{{0,4}}\(\s{{0,4}}@?{_QUOTED}",
    ),
    _pattern(
        "request",
        r"(?P<quote>[\"'])(?P<secret>[^\"'\n]{1,128})(?P=quote)"
        r"(?=(?:\s{0,4},\s{0,4}@?[\"'][^\"'\n]{0,128}[\"']){0,20}\s{0,4}[})\]]{0,2}\s{0,4}"
        r"\.\s{0,4}(?:StartsWith|EndsWith|Contains|IndexOf|CompareTo|includes)\s{0,4}\("
        r"[^\n]{0,40}?\bRequest\b)",
    ),
    _pattern("strcomp", rf"\bStrComp\s{{0,4}}\(\s{{0,4}}{_QUOTED}"),
    _pattern("strcomp", rf"\bStrComp\s{{0,4}}\([^\n]{{1,300}}?,\s{{0,4}}(?:_\s{{1,80}})?{_QUOTED}"),
    _pattern(
        "string",
        r"\bString\s{0,4}\.\s{0,4}(?:Equals|Compare|CompareOrdinal)\s{0,4}\([^\n]{1,300}?,"
        rf"\s{{0,4}}@?{_QUOTED}",
    ),
    _pattern(
        "instr",
        r"\bInStr(?:Rev)?\s{0,4}\([^\n\"']{0,60}\bRequest\b[^\n]{0,200}?,\s{0,4}" + _QUOTED,
    ),
    _pattern(
        "instr",
        rf"\bInStr(?:Rev)?\s{{0,4}}\(\s{{0,4}}(?:\d{{1,9}}\s{{0,4}},\s{{0,4}})?{_QUOTED}"
        r"(?=\s{0,4},\s{0,4}(?:\w{1,12}\(){0,2}Request\b)",
    ),
    _pattern(
        ".text",
        r"\.Text(?:\s{0,4}\.\s{0,4}\w{1,20}\(\)){0,2}\s{0,4}(?:==|!=|<>|=(?=[^\n]{1,200}\bThen\b))"
        rf"\s{{0,4}}{_QUOTED}",
    ),
    # … by the name of what holds it, and by what stands for one of several.
    _pattern(
        "=",
        r"\b\w{0,40}(?:pass|pwd|psw|secret|apikey|token)\w{0,12}\s{0,4}(?:={1,3}|!={1,2})\s{0,4}"
        rf"@?{_QUOTED}",
    ),
    _pattern("<>", rf"\b\w{{0,40}}(?:pass|pwd|psw|secret)\w{{0,12}}\s{{0,4}}<>\s{{0,4}}{_QUOTED}"),
    _pattern("case", rf"\bCase\s{{1,4}}(?=[^\n]{{1,80}}\d){_QUOTED}"),
    # Tokens and keys of Exchange and ASP.NET.
    _named("canary", r"\b(?:msExchEcpCanary|X-OWA-CANARY)"),
    _named("x-rps-cat", r"\bX-Rps-CAT"),
    _named("commonaccesstoken", r"\b(?:X-)?CommonAccessToken"),
    _pattern(
        "key",
        r"\b(?:validation|decryption)Key\s{0,4}(?:=|:)\s{0,4}"
        rf"{_QUOTE}?(?!AutoGenerate){_VALUE}",
        SecretKind.KEY,
    ),
    _named("viewstate", r"\b__VIEWSTATE"),
    _named("sessionid", r"\bASP\.NET_SessionId"),
    _named("cadata", r"\bcadata(?:Key|IV|Sig|TTL)?"),
    _pattern(
        "authorization",
        r"\bAuthorization\s{0,4}[:=]\s{0,4}(?:Basic|Bearer|NTLM|Negotiate)\s{1,4}" + _VALUE,
        SecretKind.TOKEN,
    ),
    # Passwords on command lines and in connection strings.
    _pattern(
        "p",
        rf"\b(?:password|passwd|passphrase|pwd)(?:=|:|%3D)(?!{_QUOTE}){_PASSWORD}",
    ),
    _pattern("-p", rf"(?:^|\s)-{{1,2}}(?:password|passwd|pass|pwd)[ :=]+{_QUOTED}"),
    _pattern(
        "-p", rf"(?:^|\s)-{{1,2}}(?:password|passwd|pass|pwd)[ :=]+(?!{_QUOTE}|[$(-]){_PASSWORD}"
    ),
    _pattern("convertto-securestring", rf"ConvertTo-SecureString\s+(?:-String\s+)?{_QUOTED}"),
    _pattern("psexec", rf"\bpsexec\S{{0,8}}\s[^\n]{{0,200}}?\s-p\s+(?!-){_PASSWORD}"),
    _pattern(
        "user",
        r"\bnet1?(?:\.exe)?[\"']?\s+user\s+(?:\"[^\"]{1,64}\"|[^\s/\"]{1,64})\s+"
        rf"(?![/*]){_PASSWORD}",
    ),
    _pattern(
        "use",
        r"\bnet1?(?:\.exe)?[\"']?\s+use\s+(?:\w:\s+|\*\s+)?\\\\\S{1,256}\s+"
        rf"(?![/*]){_PASSWORD}(?=\s+/user)",
    ),
    _pattern(
        "use",
        r"\bnet1?(?:\.exe)?[\"']?\s+use\s[^\n]{0,300}?/user:\S{1,128}\s+(?![/*])" + _PASSWORD,
    ),
)
