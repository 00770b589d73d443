"""`manage.py re_encrypt`: a new data key for a subject, or for all, and every cell sealed anew."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from records.access.errors import AccessRefused
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
from records.errors import Refusal
from records.keyring.rules import SEALED_STORES
from records.keys.errors import KeyDestroyed
from records.keys.maintenance import re_encrypt_subject
from records.keys.plans import plan_of, sealed_models

ACTOR = Actor(role=ActorRole.SYSTEM, id="system:re_encrypt", organisation="varuh")


def open_for(
    *, store: Store, subjects: Collection[UUID], categories: Collection[DataCategory], actor: Actor
) -> Grant:
    """Open the gate for maintenance of these subjects, people or wallets as the store has them."""
    return open_gate(
        actor=actor,
        purpose=Purpose.KEY_MAINTENANCE,
        subjects=subjects if store is Store.IDENTITY else (),
        wallets=subjects if store is Store.PAYMENTS else (),
        categories=categories,
        action=Action.CHANGE,
        task=actor.id,
        now=timezone.now(),
    )


class Command(BaseCommand):
    """Re-encrypt; a run that was cut off is finished by the next one."""

    help = (
        "Give subjects new data keys and seal all their cells anew. The old keys are destroyed by "
        "a further run two days later. Safe to kill and to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--store", choices=SEALED_STORES, required=True)
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--subject", type=UUID, help="one person's or wallet's id in that store")
        who.add_argument("--all", action="store_true", help="every subject of the store")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Re-encrypt one subject after the other with a progress bar."""
        store = Store(options["store"])
        plans = [plan_of(model) for model in sealed_models(store)]
        categories = {column.category for plan in plans for column in plan.columns.values()}
        subjects = {options["subject"]} if options["subject"] else _find_subjects(plans)
        counts = {"started": 0, "cells": 0, "destroyed": 0, "waiting": 0, "skipped": 0}
        for subject in tqdm(
            sorted(subjects), unit="subject", desc="Re-encrypting", disable=not options["verbosity"]
        ):
            try:
                grant = open_for(
                    store=store, subjects=[subject], categories=categories, actor=ACTOR
                )
                report = re_encrypt_subject(grant, store=store, subject=subject, now=timezone.now())
            except (AccessRefused, KeyDestroyed):
                counts["skipped"] += 1
                continue
            except Refusal as refusal:
                raise CommandError(str(refusal)) from None
            report_outcome(grant, done=True, now=timezone.now(), counts={"cells": report.cells})
            counts["started"] += report.started
            counts["cells"] += report.cells
            counts["destroyed"] += report.destroyed
            counts["waiting"] += report.due_on is not None
        self.stdout.write(
            "New keys: {started}. Cells sealed anew: {cells}. Old keys destroyed: {destroyed}; "
            "subjects whose old keys wait for a further run: {waiting}. Left out, because the gate "
            "stayed shut or the key is destroyed: {skipped}.".format(**counts)
        )


def _find_subjects(plans: Any) -> set[UUID]:
    return {
        subject
        for plan in plans
        for subject in plan.model._default_manager.values_list(plan.subject, flat=True).distinct()
    }
