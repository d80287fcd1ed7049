"""The System, EventData and UserData sections of a Windows event, as tools write them in JSON.

Read are the shapes of `evtx_dump` and its kin (`{"Event": {"System": …}}`, attributes under
`#attributes` or beside the element as `X_attributes`) and of Velociraptor (`EventID.Value`,
`TimeCreated.SystemTime` as seconds since 1970).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alpheus.model import TimeBasis
from alpheus.parsers.event_fields import FieldValue, WindowsEvent, flatten, scalar
from alpheus.parsers.event_time import from_epoch, from_text, to_utc


def from_sections(event: Mapping[str, object]) -> WindowsEvent | None:
    """The event of an object with a `System` section; None if it has none.

    The time of `TimeCreated` is UTC by definition of the format.
    """
    system = event.get("System")
    if not isinstance(system, dict):
        return None
    return WindowsEvent(
        provider=_attribute(system, "Provider", "Name"),
        channel=scalar(system.get("Channel")),
        event_id=scalar(system.get("EventID")),
        level=scalar(system.get("Level")),
        computer=scalar(system.get("Computer")),
        record_id=scalar(system.get("EventRecordID")),
        user_id=_attribute(system, "Security", "UserID"),
        time=_time(system),
        time_basis=TimeBasis.UTC,
        data=data_of(event),
    )


def data_of(event: Mapping[str, object]) -> dict[str, FieldValue]:
    """EventData and UserData together; the rendered message only where there is no data at all."""
    data = flatten(event.get("EventData"))
    for name, value in flatten(event.get("UserData")).items():
        data.setdefault(name, value)
    if not data and isinstance(event.get("Message"), str):
        data["Message"] = scalar(event["Message"])
    return data


def _attribute(system: Mapping[str, object], element: str, name: str) -> str:
    return scalar(_raw_attribute(system, element, name))


def _raw_attribute(system: Mapping[str, object], element: str, name: str) -> object:
    for holder in (system.get(element), system.get(f"{element}_attributes")):
        if isinstance(holder, dict):
            attributes = holder.get("#attributes", holder)
            if isinstance(attributes, dict):
                found = attributes.get(name, attributes.get(f"@{name}"))
                if found is not None:
                    return found
    return None


def _time(system: Mapping[str, object]) -> datetime | None:
    value = _raw_attribute(system, "TimeCreated", "SystemTime")
    if isinstance(value, int | float):
        return from_epoch(value)
    time = from_text(value) if isinstance(value, str) else None
    return to_utc(time) if time else None
