"""Words that code puts in quotes and that are no secrets: hiding them hides what a page does."""

from __future__ import annotations

import re
from collections.abc import Collection

_WORDS = frozenset({
    # what a request or an answer is
    "get", "post", "put", "head", "delete", "options", "patch", "trace", "propfind", "connect",
    "content-type", "content-length", "content-disposition", "content-encoding", "location",
    "cache-control", "no-cache", "no-store", "attachment", "inline", "keep-alive", "accept",
    "accept-language", "accept-encoding", "user-agent", "referer", "host", "connection",
    "transfer-encoding", "chunked", "gzip", "deflate", "identity", "bytes", "form-data",
    # words of languages and of directives
    "unsafe", "true", "false", "null", "nothing", "undefined", "yes", "no", "on", "off", "none",
    "server", "hidden", "text", "submit", "button", "checkbox", "radio", "select", "table",
    "javascript", "jscript", "jscript.net", "vbscript", "csharp", "string", "object", "number",
    "function", "boolean", "integer", "binary", "ascii", "unicode", "utf8", "base64", "default",
    "private", "public", "static", "void", "class", "using", "imports", "return", "error",
    "https", "http", "ftp", "file", "body", "html", "style", "script", "title", "width", "height",
    # what runs programs, and what programs are asked for
    "wscript", "cscript", "shell", "wscript.shell", "wscript.network", "shell.application",
    "scripting", "scripting.filesystemobject", "scripting.dictionary", "scriptcontrol",
    "msscriptcontrol.scriptcontrol", "adodb.stream", "adodb.connection", "adodb.recordset",
    "adox.catalog", "msxml2.xmlhttp", "msxml2.serverxmlhttp", "msxml2.domdocument",
    "microsoft.xmlhttp", "microsoft.xmldom", "winhttp.winhttprequest.5.1", "winmgmts", "comspec",
    "win32_process", "win32_service", "win32_operatingsystem", "persits.upload", "jmail.message",
    "cmd", "powershell", "pwsh", "bash", "whoami", "ipconfig", "netstat", "tasklist", "systeminfo",
    "persits.upload.1", "smtpmail.smtpmail.1", "wscript.shell.1", "shell.application.1",
    "runas", "iusr", "localhost", "system32", "windir", "systemroot", "path", "temp", "tmp",
    "process", "start", "load", "invoke", "execute", "executeglobal", "eval", "exec", "run",
    "create", "createinstance", "gettype", "getmethod", "main",
    # hashes, ciphers and encodings
    "sha1", "sha256", "sha384", "sha512", "aes", "des", "tripledes", "rijndael", "rsa", "hmac",
    "gb2312", "gbk", "big5", "shift_jis", "euc-kr", "koi8-r", "us-ascii",
})  # fmt: skip
_SPACES = frozenset({
    "system", "microsoft", "scripting", "wscript", "adodb", "msxml2", "winhttp", "mscorlib",
    "httpcontext", "activexobject", "request", "response", "session", "server", "application",
})  # fmt: skip
"""What the full name of a type or of a component begins with."""

_FILE = re.compile(
    r"[\w*$~-][\w.*$~-]{0,100}\.(?:exe|dll|com|bat|cmd|ps1|vb[se]?|cs|js|css|as[achmp]x?|aspx|svc|"
    r"soap|cer|cdx|inc|master|config|html?|xml|xslt?|json|txt|log|ini|dat|tmp|bak|mdb|zip|rar|7z|"
    r"cab|gz|gif|jpe?g|png|bmp|ico|svg|pdf|docx?|xlsx?|csv)",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:\d{1,3}\.){3}\d{1,3}|#[0-9a-f]{3,8}|\d{1,4}(?:px|pt|em|%)|\d+\.\d+(?:\.\d+){0,3}"
    r"|HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG)|HK(?:LM|CU|CR|U)"
    r"|REG_(?:SZ|DWORD|QWORD|BINARY|MULTI_SZ|EXPAND_SZ)|Win32_[A-Za-z]{3,60}"
    r"|(?:kernel|user|advapi|netapi|shell|gdi|ole|ws2_|mpr)32|ntdll|(?:xp|sp)_[a-z]{3,30}"
    r"|(?:utf|iso|windows|cp)-?\d{1,4}(?:-\d{1,2})?|(?:text|image|application|audio|video|multipart)"
    r"/[\w.+-]{1,60}",
    re.IGNORECASE,
)
"""Addresses, colours, measures, versions, names of Windows, encodings, kinds of content."""


def is_ordinary(text: str, known: Collection[str] = ()) -> bool:
    """Whether a quoted text says what code does, to anybody. `known` are more words, lower case."""
    low = text.lower()
    if low in _WORDS or low in known or _FILE.fullmatch(text) or _OTHER.fullmatch(text):
        return True
    first, dot, _ = low.partition(".")
    if not dot:
        return False
    return first in _SPACES or all(part in _WORDS or part in known for part in low.split("."))
