"""Messages about requests, by the configured channel."""

from datetime import datetime

from dsar.operations.messages import send_messages
from dsar.operations.notices import tell_old_contacts
from portal.delivery import get_channel


def send(now: datetime) -> int:
    """Send the messages that are due; return how many left."""
    channel = get_channel()

    def choose(contacts: list[str]) -> str:
        return next((contact for contact in contacts if channel.reaches(contact)), "")

    def hand_over(contact: str, subject: str, text: str) -> None:
        channel.send(to=contact, subject=subject, text=text, now=now)

    told = tell_old_contacts(choose=choose, send=hand_over, now=now)
    return told + send_messages(choose=choose, send=hand_over, now=now)
