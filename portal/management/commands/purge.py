"""`manage.py purge`: retention's list, its approvals, its runs, and the replay after a restore."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.clock import read_clock
from portal.models import StaffProfile
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.errors import Refusal
from retention import operations
from retention.models import Certificate, Plan
from retention.queries import get_plan
from retention.queries.plans import count_reasons

OPERATOR = Actor(role=ActorRole.SYSTEM, id="system:purge-command", organisation="")


class Command(BaseCommand):
    """Plan, approve and carry out what the retention rules make due."""

    help = (
        "Retention. --plan lists who is due a week from now (or --execute-from) and who is held, "
        "and erases nothing; two people of controllers approve a plan; --run carries out approved "
        "plans whose day has come, and finishes what was stopped; --replay erases again whoever a "
        "restored backup has brought back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one thing to do, and a time."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--plan", action="store_true", help="make a plan")
        what.add_argument("--run", action="store_true", help="carry out due plans")
        what.add_argument("--approve", metavar="PLAN", help="approve a plan, with --as")
        what.add_argument("--withdraw", metavar="PLAN", help="withdraw a plan, with --as")
        what.add_argument(
            "--confirm-clock",
            action="store_true",
            help="a date that jumped is right, with --as",
        )
        what.add_argument("--replay", action="store_true", help="apply the erasure ledger again")
        parser.add_argument("--as", dest="user", metavar="USER", help="a controller's user name")
        parser.add_argument("--people", type=int, help="with --approve: the number of people due")
        parser.add_argument("--execute-from", metavar="ISO", help="with --plan: when it may run")
        parser.add_argument(
            "--now", metavar="ISO", help="the time to count as now; in demo mode, ahead"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the one thing asked for, print what came of it."""
        now = read_now(options["now"])
        try:
            answer = self._act(options, now)
        except Refusal as refusal:
            facts = ", ".join(f"{name}: {value}" for name, value in sorted(refusal.facts.items()))
            raise CommandError(f"{refusal.code}: {type(refusal).__doc__ or ''} ({facts})") from None
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for name, value in answer.items():
                self.stdout.write(f"{name}: {json.dumps(value, ensure_ascii=False)}")

    def _act(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        if options["replay"]:
            done = operations.replay_erasure_ledger(now)
            return {"people": done.people, "wallets": done.wallets, "keys": done.keys}
        if options["confirm_clock"]:
            operations.confirm_clock(actor=find_actor(options["user"]), now=now)
            return {"clock": now.isoformat()}
        if options["approve"]:
            plan = operations.approve_plan(
                actor=find_actor(options["user"]),
                plan_id=read_plan(options["approve"]),
                now=now,
                confirmed_due=options["people"],
            )
            return as_lines(plan)
        if options["withdraw"]:
            plan_id = read_plan(options["withdraw"])
            operations.withdraw_plan(actor=find_actor(options["user"]), plan_id=plan_id)
            return as_lines(get_plan(plan_id=plan_id))
        if settings.DEMO:
            # Demo mode's clock runs ahead and back by years; nobody is there to confirm each jump.
            operations.confirm_clock(
                actor=Actor(role=ActorRole.CONTROLLER, id="system:demo", organisation=""), now=now
            )
        if options["plan"]:
            operations.sweep_clocks(now)
            until = read_time(options["execute_from"]) if options["execute_from"] else None
            plan = operations.make_plan(actor=OPERATOR, now=now, execute_from=until)
            return {**as_lines(plan), "items": as_list(plan)}
        return {"certificates": [as_certificate(one) for one in self._run(options, now)]}

    def _run(self, options: dict[str, Any], now: datetime) -> list[Certificate]:
        def say(point: str) -> None:
            if options["verbosity"] > 1:
                self.stderr.write(point)

        return operations.run_due_plans(now, on_step=say, strict=True)


def read_time(text: str) -> datetime:
    """Return a time written in ISO 8601; without an offset it is UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is not a time such as 2031-11-22T03:00+00:00.") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def read_now(text: str | None) -> datetime:
    """Return the time that counts; only in demo mode may it lie ahead."""
    clock = read_clock()
    if text is None:
        return clock
    now = read_time(text)
    if now > clock and not settings.DEMO:
        raise CommandError("A --now in the future works in demo mode only.")
    return now


def read_plan(text: str) -> UUID:
    """Return a plan's number."""
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is not a plan's number.") from None


def find_actor(name: str | None) -> Actor:
    """Return the controller's person of that user name; raise CommandError where there is none."""
    if not name:
        raise CommandError("Say who with --as USER.")
    profile = StaffProfile.objects.filter(user__username=name, user__is_active=True).first()
    if profile is None:
        raise CommandError(f"There is no active member of staff {name!r}.")
    return Actor(
        role=ActorRole(profile.role), id=str(profile.pk), organisation=profile.organisation
    )


def as_lines(plan: Plan) -> dict[str, Any]:
    """Return what a plan says: numbers and reasons, nobody's name."""
    return {
        "plan": str(plan.pk),
        "state": plan.state,
        "made_at": plan.made_at.isoformat(),
        "execute_from": plan.execute_from.isoformat(),
        "people": plan.people,
        "due": plan.due,
        "held": plan.held,
        "reasons": count_reasons(plan),
        "sha256": plan.sha256,
        "approvals": plan.approvals.count(),
    }


def as_list(plan: Plan) -> list[dict[str, Any]]:
    """Return the dry run's list: each line with its days and reason, under a number of its own."""
    return [
        {
            "item": str(item.pk),
            "state": item.state,
            "reason": item.reason,
            "rule": item.rule,
            "contract_end": str(item.contract_end),
            "last_day_kept": str(item.last_day_kept),
        }
        for item in plan.items.order_by("last_day_kept", "pk")
    ]


def as_certificate(certificate: Certificate) -> dict[str, Any]:
    """Return a certificate with its hash."""
    return {"sha256": certificate.sha256, **json.loads(certificate.body)}
