"""Fetch the unread messages of the mailbox once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dsar.operations.mailbox import fetch_mail
from portal.clock import read_clock
from portal.refusals import explain
from records.errors import Refusal


class Command(BaseCommand):
    """Keeps unread messages as drafts and marks them as read; the sweep `mailbox` does the same."""

    help = "Fetch the unread messages of the mailbox VARUH_IMAP_URL names."

    def handle(self, **options: Any) -> None:
        """Fetch once."""
        try:
            kept = fetch_mail(now=read_clock())
        except Refusal as refusal:
            raise CommandError(f"{explain(refusal)} ({refusal.code})") from None
        if kept is None:
            raise CommandError("Set VARUH_IMAP_URL or VARUH_IMAP_URL_FILE.")
        print(f"kept {kept} messages")
