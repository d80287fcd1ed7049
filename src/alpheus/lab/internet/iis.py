"""What IIS says where nothing of Exchange does."""

from __future__ import annotations

from alpheus.lab.internet.reply import Headers, Reply, Then, date, response

_DEFAULT = b"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"\
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\r
<html xmlns="http://www.w3.org/1999/xhtml">\r
<head>\r
<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1" />\r
<title>IIS Windows Server</title>\r
<style type="text/css">\r
<!--\r
body { color:#000000; background-color:#0072C6; margin:0; }\r
#container { margin-left:auto; margin-right:auto; text-align:center; }\r
a img { border:none; }\r
-->\r
</style>\r
</head>\r
<body>\r
<div id="container">\r
<a href="http://go.microsoft.com/fwlink/?linkid=66138&amp;clcid=0x409">\
<img src="iisstart.png" alt="IIS" width="960" height="600" /></a>\r
</div>\r
</body>\r
</html>"""

_ERROR = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"\
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\r
<html xmlns="http://www.w3.org/1999/xhtml">\r
<head>\r
<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"/>\r
<title>{title}</title>\r
<style type="text/css">\r
<!--\r
body{{margin:0;font-size:.7em;font-family:Verdana, Arial, Helvetica, sans-serif;\
background:#EEEEEE;}}\r
fieldset{{padding:0 15px 10px 15px;}} \r
h1{{font-size:2.4em;margin:0;color:#FFF;}}\r
h2{{font-size:1.7em;margin:0;color:#CC0000;}} \r
h3{{font-size:1.2em;margin:10px 0 0 0;color:#000000;}} \r
-->\r
</style>\r
</head>\r
<body>\r
<div id="header"><h1>Server Error</h1></div>\r
<div id="content">\r
 <div class="content-container"><fieldset>\r
  <h2>{title}</h2>\r
  <h3>{text}</h3>\r
 </fieldset></div>\r
</div>\r
</body>\r
</html>\r
"""

_TOO_EARLY = (
    b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n'
    b"<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n"
    b'<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>\r\n'
    b"<BODY><h2>Bad Request - Invalid Verb</h2>\r\n"
    b"<hr><p>HTTP Error 400. The request verb is invalid.</p>\r\n</BODY></HTML>\r\n"
)


def error_page(title: str, text: str) -> bytes:
    """The page that IIS shows to strangers."""
    return _ERROR.format(title=title, text=text).encode()


_NOT_FOUND = error_page(
    "404 - File or directory not found.",
    "The resource you are looking for might have been removed, had its name changed, "
    "or is temporarily unavailable.",
)
FORBIDDEN = error_page(
    "403 - Forbidden: Access is denied.",
    "You do not have permission to view this directory or page using the credentials that "
    "you supplied.",
)


def _page(status: str, version: str, body: bytes, more: Headers = ()) -> Reply:
    headers = (
        ("Content-Type", "text/html"),
        *more,
        ("Server", f"Microsoft-IIS/{version}"),
        ("X-Powered-By", "ASP.NET"),
        ("Date", date()),
        ("Content-Length", str(len(body))),
    )
    return response(status, headers, body)


def default_page(version: str) -> Reply:
    """The page after installation."""
    more = (
        ("Last-Modified", "Wed, 05 Aug 2020 09:14:22 GMT"),
        ("Accept-Ranges", "bytes"),
        ("ETag", '"9d4c7e1a0b6bd61:0"'),
    )
    return _page("200 OK", version, _DEFAULT, more)


def not_found(version: str) -> Reply:
    """404."""
    return _page("404 Not Found", version, _NOT_FOUND)


def forbidden(version: str) -> Reply:
    """403."""
    return _page("403 Forbidden", version, FORBIDDEN)


def unauthorised(headers: Headers) -> Reply:
    """401 without a body."""
    return response("401 Unauthorized", (*headers, ("Content-Length", "0")))


def bad_request() -> Reply:
    """What the kernel's part of IIS says to bytes that are no HTTP."""
    headers = (
        ("Content-Type", "text/html; charset=us-ascii"),
        ("Server", "Microsoft-HTTPAPI/2.0"),
        ("Date", date()),
        ("Connection", "close"),
        ("Content-Length", str(len(_TOO_EARLY))),
    )
    return response("400 Bad Request", headers, _TOO_EARLY, Then.CLOSE)
