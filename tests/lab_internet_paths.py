"""Paths that tell of a version, as the tests of the test internet ask for them."""

LOGON = "/owa/auth/logon.aspx"
MANIFEST = "/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application"
EWS = "/EWS/Exchange.asmx"
