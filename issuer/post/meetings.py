"""The invitation to a meeting as calendar programs read it (RFC 5545, RFC 5546).

One address is invited by each file, so that everybody gets a file of their own.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Invitation:
    """`sequence` grows with every change; `cancelled` calls the meeting off."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    place: str
    cancelled: bool = False

    @property
    def method(self) -> str:
        return "CANCEL" if self.cancelled else "REQUEST"

    @property
    def file(self) -> str:
        return "cancel" if self.cancelled else "invite"


def calendar_file(
    invitation: Invitation, *, summary: str, organiser: str, attendee: str, at: datetime
) -> bytes:
    """The `.ics` file, written at `at`: times in the meeting's zone, which it describes."""
    # Only who writes an invitation loads it.
    from icalendar import Calendar, Event, vCalAddress

    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", invitation.starts_at.astimezone(invitation.zone))
    event.add("dtend", invitation.ends_at.astimezone(invitation.zone))
    event.add("summary", summary)
    event.add("location", invitation.place)
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    guest = vCalAddress(f"mailto:{attendee}")
    guest.params["ROLE"] = "REQ-PARTICIPANT"
    guest.params["PARTSTAT"] = "NEEDS-ACTION"
    guest.params["RSVP"] = "TRUE"
    event.add("attendee", guest)
    file = Calendar()
    file.add("prodid", "-//Merke//Merke//EN")
    file.add("version", "2.0")
    file.add("method", invitation.method)
    file.add_component(event)
    file.add_missing_timezones()
    content: bytes = file.to_ical()
    return content
