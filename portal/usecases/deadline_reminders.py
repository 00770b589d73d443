"""Reminders of deadlines to the data protection officers, by the configured channel."""

from datetime import datetime

from dsar.operations.reminders import note_overdue, send_reminders
from portal.delivery import get_channel


def send(now: datetime) -> int:
    """Mark what has become late, then send the reminders that are due; return how many left."""
    note_overdue(now=now)
    channel = get_channel()

    def hand_over(address: str, subject: str, text: str) -> None:
        channel.send(to=address, subject=subject, text=text, now=now)

    return send_reminders(send=hand_over, now=now)
