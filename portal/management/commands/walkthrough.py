"""`manage.py walkthrough [--json]`: the main job, start to end, each step with its proof."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.clock import read_clock
from portal.walkthrough.desk import FIRST_DAY
from portal.walkthrough.rights import FIRST_WEEKS
from portal.walkthrough.story import Story, tell
from portal.walkthrough.years import LATER_YEARS
from records.identity.models import DataSubject


class Command(BaseCommand):
    """Live the whole story on the configured stores; years pass at once."""

    help = (
        "The main job, start to end, on the configured stores: issue, pay, sign in, ask, receive, "
        "look who looked, withdraw, and years later purge. Demo mode and an installation without "
        "other holders only, as years pass in it. Exit 1 if a proof fails."
    )

    def add_arguments(self, parser: Any) -> None:
        """Take the form of the output, and who answers the request."""
        parser.add_argument("--json", action="store_true", help="one JSON object a step")
        parser.add_argument(
            "--worker", action="store_true", help="a running worker must answer the access request"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps and print each; exit 1 after the first proof that fails."""
        if not settings.DEMO:
            raise CommandError("The walkthrough makes years pass: demo mode only (VARUH_DEMO).")
        if DataSubject.objects.exists():
            raise CommandError(
                "This installation has holders, and the walkthrough makes years pass. Give it "
                "a folder of its own:\n  export VARUH_VAR=$(mktemp -d)\n  manage.py setup && "
                "manage.py walkthrough"
            )
        story = Story(now=read_clock(), with_worker=options["worker"])
        ok = True
        for outcome in tell(story, [*FIRST_DAY, *FIRST_WEEKS, *LATER_YEARS]):
            ok = outcome.ok
            if options["json"]:
                self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False, default=str))
            else:
                mark = self.style.SUCCESS("proven") if ok else self.style.ERROR("FAILED")
                self.stdout.write(f"{mark}  {outcome.at[:10]}  {outcome.done}")
                self.stdout.write(
                    f"        {json.dumps(outcome.proof, ensure_ascii=False, default=str)}"
                )
        if not ok:
            raise CommandError("A proof failed.")
