"""Where a visitor's data comes in."""

from __future__ import annotations

REQUEST_MEMBERS = frozenset({
    "form", "querystring", "params", "cookies", "headers", "inputstream", "binaryread", "files",
    "item", "rawurl", "useragent", "getbufferlessinputstream", "getbufferedinputstream", "url",
    "urlreferrer", "pathinfo", "path", "servervariables", "unvalidated", "userlanguages", "get",
    "getvalues", "totalbytes_", "saveas", "mapimagecoordinates", "body", "entitybody", "content",
    "readentitybody", "filterinputstream", "tostring",
})  # fmt: skip
"""Members of a request that a visitor fills."""

HARMLESS_REQUEST_MEMBERS = frozenset({
    "physicalapplicationpath", "applicationpath", "physicalpath", "mappath", "islocal",
    "isauthenticated", "issecureconnection", "httpmethod", "requesttype", "contentlength",
    "totalbytes", "browser", "contentencoding", "userhostaddress", "userhostname",
    "logonuseridentity", "filepath", "currentexecutionfilepath",
    "apprelativecurrentexecutionfilepath", "clientcertificate", "count", "anonymousid",
    "contenttype", "validateinput", "length",
})  # fmt: skip
"""Members of a request that a visitor cannot put anything dangerous into."""

CONTROL_MEMBERS = frozenset({
    "text", "value", "selectedvalue", "selecteditem", "postedfile", "filename", "filebytes",
    "filecontent", "inputstream", "innertext", "innerhtml", "commandargument", "selectedindex_",
    "postedfiles", "href_", "commandname_", "attributes_", "saveas",
})  # fmt: skip
"""Members of a server control that a visitor fills."""

HARMLESS_VARIABLES = frozenset({
    "script_name", "path_info", "path_translated", "appl_physical_path", "server_name", "url",
    "remote_addr", "local_addr", "server_software", "server_port", "request_method", "https",
    "instance_id", "http_host", "remote_host", "logon_user", "auth_user", "content_length",
    "appl_md_path", "server_port_secure", "server_protocol", "http_referer_",
    "number_of_processors",
})  # fmt: skip
"""Server variables that a visitor does not choose freely."""

REQUEST_NAMES = frozenset({"request"})
CONTEXT_TYPES = frozenset({
    "httpcontext", "httpcontextbase", "httpcontextwrapper", "httpapplication", "page", "context",
    "httplistenercontext",
})  # fmt: skip
REQUEST_TYPES = frozenset({
    "httprequest", "httprequestbase", "httprequestwrapper", "httpworkerrequest",
    "httplistenerrequest",
})  # fmt: skip

STORES = frozenset(
    {"session", "application", "cache", "viewstate", "items", "tempdata", "contents"}
)
"""Places where a page keeps values between requests."""

MEASURES = frozenset({
    "length", "count", "contentlength", "indexof", "lastindexof", "startswith", "endswith",
    "equals", "contains", "compareto", "gethashcode", "ubound", "lbound", "instr", "len", "exists",
    "isnumeric", "isnullorempty", "containskey", "islower", "isdate", "isempty", "isnull",
    "typename", "test", "ismatch", "strcomp", "cint", "clng", "cdbl", "parse", "tryparse",
    "toint32", "toint64", "toint16", "toboolean", "todatetime", "todecimal", "cbool", "cdate",
    "todouble", "parseint", "isnan", "fileexists", "folderexists", "year", "month", "day",
    "getextension",
})  # fmt: skip
"""What only measures or compares a value, or makes a number of it: nothing of it is passed on."""
