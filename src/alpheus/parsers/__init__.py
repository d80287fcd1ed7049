"""Parsers: one small file per kind of log or artefact, and the registry that recognises them.

Content decides what a file is; its name only helps.
"""

from __future__ import annotations

from alpheus.parsers.audit import AUDIT
from alpheus.parsers.base import RecordParser, TextLogFormat
from alpheus.parsers.cmdletinfra import RPS_CMDLET, RPS_HTTP
from alpheus.parsers.ecp import ECP_ACTIVITY, ECP_SERVER
from alpheus.parsers.encoding import decode_head
from alpheus.parsers.ews import EWS
from alpheus.parsers.exchange_log import ExchangeLogFormat
from alpheus.parsers.httpproxy import HTTPPROXY
from alpheus.parsers.httpproxy_export import HttpProxyExportFormat
from alpheus.parsers.iis_native import IisNativeFormat
from alpheus.parsers.msert import MsertFormat
from alpheus.parsers.ncsa import NcsaFormat
from alpheus.parsers.oabgenerator import OabGeneratorFormat
from alpheus.parsers.setup_log import SetupLogFormat
from alpheus.parsers.uls import UlsFormat
from alpheus.parsers.w3c import W3CFormat

__all__ = ["TEXT_LOG_FORMATS", "recognise"]

TEXT_LOG_FORMATS: tuple[TextLogFormat, ...] = (
    HttpProxyExportFormat(),
    HTTPPROXY,
    ECP_ACTIVITY,
    ECP_SERVER,
    EWS,
    RPS_CMDLET,
    RPS_HTTP,
    AUDIT,
    W3CFormat(),
    IisNativeFormat(),
    NcsaFormat(),
    SetupLogFormat(),
    UlsFormat(),
    MsertFormat(),
    OabGeneratorFormat(),
    ExchangeLogFormat(),
)
"""Every text log format, in the order in which they are asked; the least specific come last."""

_COMMENT = b"#"
"""No record format begins with it, and most text logs do."""


def recognise(head: bytes, path: str) -> TextLogFormat | RecordParser | None:
    """Who reads a file that begins with `head` (up to 64 KiB); None if nobody does.

    `path` is the address of the file, with `/`. Record parsers are asked first: they go by magic
    numbers and document types, which no text log has.
    """
    from alpheus.parsers.records import RECORD_PARSERS  # noqa: PLC0415 - heavy readers, on demand

    if not head.startswith(_COMMENT):
        for parser in RECORD_PARSERS:
            if parser.recognise(head, path):
                return parser
    text = decode_head(head)
    for log_format in TEXT_LOG_FORMATS:
        if log_format.recognise(text, path):
            return log_format
    return None
