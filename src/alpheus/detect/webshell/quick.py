"""Tells pages that can do no harm by their bytes alone, long before they are parsed."""

from __future__ import annotations

import re

_CODE = re.compile(rb"<\s{0,4}%|runat|msxsl:script|#@~\^|!BDN|<\0|\0<|\+ADw", re.IGNORECASE)
_WORDS = re.compile(
    rb"eval|execut|createobject|getobject|clsid:|process|assembly|compil|codedom|socket|tcpclient"
    rb"|tcplistener|invoke|reflection|gettype|activator|createinstance|decrypt|crypto|rijndael|aes"
    rb"|frombase64|registry|dllimport|\blib\s|powershell|runspace|deserializ|formatter|xamlreader"
    rb"|shell|wscript|adodb|filesystemobject|savetofile|createtextfile|opentextfile|saveas|\bfile\b"
    rb"|directory|streamwriter|filestream|writeall|webclient|webrequest|sqlconnection|oledb|odbc"
    rb"|management|impersonat|logonuser|parsecontrol|transmitfile|writefile|#@~\^|\\u00|!BDN|\+AD"
    rb"|xsl|marshal|unsafe|machinekey|connectionstring|scriptcontrol|\[\"|chr\(|strreverse|loadfrom"
    rb"|environment|codepage.{0,4}65000|utf-?7|servervariables|diagnostics|dynamicmethod|ilgenerator|deflate|gzip",
    re.IGNORECASE,
)


def may_matter(content: bytes) -> bool:
    """False only if there is no code in it, or none that names anything of power."""
    if _CODE.search(content) is None:
        return _is_bare_class(content)
    if content.count(0, 0, 65_536) > 16:
        return True
    return _WORDS.search(content) is not None


def _is_bare_class(content: bytes) -> bool:
    """Code without any mark, as below a directive that was cut off."""
    return b"class" in content or content.count(0, 0, 4096) > 16
