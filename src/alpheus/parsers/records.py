"""Every parser of records, in the order in which a file is offered to them.

The first that recognises a file reads it. Native magic comes first, text formats by their content
after it; none of them takes a file that another in the list would.
"""

from __future__ import annotations

from alpheus.parsers.aspnet_compiled import CompiledPages
from alpheus.parsers.base import RecordParser
from alpheus.parsers.evtx import EventLogFile
from alpheus.parsers.iis_configuration import IisConfiguration
from alpheus.parsers.json_events import JsonEvents
from alpheus.parsers.mft import MasterFileTable
from alpheus.parsers.pe_version import ProgramVersion
from alpheus.parsers.usn_journal import UsnJournal
from alpheus.parsers.xml_events import XmlEvents

RECORD_PARSERS: tuple[RecordParser, ...] = (
    EventLogFile(),
    MasterFileTable(),
    UsnJournal(),
    ProgramVersion(),
    CompiledPages(),
    IisConfiguration(),
    XmlEvents(),
    JsonEvents(),
)
"""Each is without state and can be used by any thread; none imports native code before it reads."""
