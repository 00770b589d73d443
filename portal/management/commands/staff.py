"""`manage.py staff`: make an account of a member of staff, reset its second factor, or close it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from portal.models import StaffRole
from portal.usecases.staff_accounts import add_staff, dismiss, reset_factor
from records.errors import Refusal


class Command(BaseCommand):
    """Staff are nobody's self-service: whoever runs the service makes their accounts."""

    help = "Make, reset or close an account of a member of staff; prints the first password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("username")
        parser.add_argument("--role", choices=StaffRole.values)
        parser.add_argument("--city", help="code of the controller whose people it may open")
        parser.add_argument("--organisation", help="code of the employer, in the register")
        parser.add_argument("--point", default="", help="code of the registration point")
        parser.add_argument(
            "--reset-factor", action="store_true", help="after a lost second factor"
        )
        parser.add_argument("--close", action="store_true", help="the person has left")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        """Do it and say what was done."""
        try:
            if options["close"]:
                dismiss(username=username)
                self.stdout.write(f"{username}: closed")
                return
            if options["reset_factor"]:
                password = reset_factor(username=username)
            else:
                password = self._add(username, options)
        except get_user_model().DoesNotExist:
            raise CommandError(f"There is no member of staff called {username}.") from None
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"{username}: first password {password} (a second factor is set up with it)"
        )

    def _add(self, username: str, options: dict[str, Any]) -> str:
        if not (options["role"] and options["city"] and options["organisation"]):
            raise CommandError("Give --role, --city and --organisation.")
        try:
            return add_staff(
                username=username,
                role=StaffRole(options["role"]),
                city=options["city"],
                organisation=options["organisation"],
                point=options["point"],
            )
        except IntegrityError:
            raise CommandError(f"The user name {username} is taken.") from None
