"""Consent given and withdrawn, and what the gate makes of it."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, InternalError, connections, transaction

from consent.errors import (
    ConsentDoesNotStand,
    ConsentMissing,
    ConsentStandsAlready,
    NotAConsentPurpose,
    NoticeNotInForce,
)
from consent.models import ConsentEvent
from consent.operations import give_consent, withdraw_consent
from consent.queries import consent_stands, evidence_ref, get_notice_on, list_consents, list_lines
from consent.rules import Channel, NoticeKind, sha256_of
from consent.source import ConsentSource
from consent.tasks import sweep_evidence
from records.access.gate import open_gate
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.access.registry import SubjectContext
from records.legal_days import legal_day
from tests import factories

STORES = pytest.mark.django_db(databases=factories.ALL_STORES)
ROOT = Path(__file__).resolve().parent.parent.parent


def wording(now, language="sl", kind=NoticeKind.NEWS):
    return get_notice_on(kind=kind, language=language, day=legal_day(now))


def give(actor, subject_id, now, **changes):
    facts = {
        "actor": actor,
        "subject_id": subject_id,
        "purpose": Purpose.NEWS,
        "notice": changes.pop("notice", None) or wording(now),
        "screen": "consents/1",
        "channel": Channel.PORTAL,
        "now": now,
    }
    return give_consent(**{**facts, **changes})


def withdraw(actor, subject_id, now, **changes):
    facts = {
        "actor": actor,
        "subject_id": subject_id,
        "purpose": Purpose.NEWS,
        "language": "sl",
        "screen": "consents/1",
        "channel": Channel.PORTAL,
        "now": now,
    }
    return withdraw_consent(**{**facts, **changes})


def open_for_news(subject_ids, now, role=ActorRole.SYSTEM):
    return open_gate(
        actor=factories.make_actor(role, "system:news", factories.HOME_CITY),
        purpose=Purpose.NEWS,
        subjects=subject_ids,
        categories=[DataCategory.NAME, DataCategory.CONTACT],
        action=Action.DISCLOSE,
        task="news",
        now=now,
    )


def stands(subject_id, at):
    return consent_stands(subject_id=subject_id, purpose=Purpose.NEWS, at=at)


@STORES
@pytest.mark.rule("PP3", "C20")
def test_consent_is_off_until_it_is_given(city, holder, ana_id, bor_id, now):
    (state,) = list_consents(subject_id=ana_id, now=now)
    assert (state.purpose, state.stands, state.since) == (Purpose.NEWS, False, None)

    give(holder, ana_id, now)

    (state,) = list_consents(subject_id=ana_id, now=now)
    assert (state.stands, state.since, state.version) == (True, now, 1)
    assert not stands(bor_id, now)


@STORES
@pytest.mark.rule("PP5c")
def test_the_ledger_alone_answers_for_any_time(city, holder, ana_id, now):
    hour = timedelta(hours=1)
    give(holder, ana_id, now)
    withdraw(holder, ana_id, now + hour)
    give(holder, ana_id, now + 2 * hour)

    answers = [stands(ana_id, now + minutes * hour / 2) for minutes in range(-1, 6)]

    assert answers == [False, True, True, False, False, True, True]


@STORES
def test_a_line_keeps_the_exact_wording_language_screen_and_channel(city, holder, ana_id, now):
    give(holder, ana_id, now, notice=wording(now, "en"))

    (line,) = list_lines(subject_id=ana_id, purpose=Purpose.NEWS)
    assert line.text_sha256 == sha256_of(line.notice.text)
    assert (line.language, line.screen, line.channel) == ("en", "consents/1", "portal")
    assert (line.actor_role, line.at) == ("holder", now)


@STORES
def test_a_wording_that_is_not_the_question_for_this_purpose_is_refused(city, holder, ana_id, now):
    with pytest.raises(NoticeNotInForce):
        give(holder, ana_id, now, notice=wording(now, kind=NoticeKind.TERMS))


@STORES
@pytest.mark.rule("C20")
def test_a_purpose_of_the_contract_cannot_be_given_as_consent(city, holder, ana_id, now):
    with pytest.raises(NotAConsentPurpose):
        give(holder, ana_id, now, purpose=Purpose.CARD_ADMINISTRATION, notice=wording(now))
    with pytest.raises(NotAConsentPurpose):
        withdraw(holder, ana_id, now, purpose=Purpose.CARD_ADMINISTRATION)


@STORES
def test_what_stands_is_not_given_twice_and_what_does_not_is_not_withdrawn(
    city, holder, ana_id, now
):
    with pytest.raises(ConsentDoesNotStand):
        withdraw(holder, ana_id, now)
    give(holder, ana_id, now)
    with pytest.raises(ConsentStandsAlready):
        give(holder, ana_id, now)

    assert len(list_lines(subject_id=ana_id, purpose=Purpose.NEWS)) == 1


@STORES
def test_a_clock_that_goes_back_does_not_undo_a_withdrawal(city, holder, ana_id, now):
    give(holder, ana_id, now)

    withdraw(holder, ana_id, now - timedelta(hours=1))

    assert not stands(ana_id, now)


@STORES
@pytest.mark.rule("PP3", "C20")
@pytest.mark.parametrize("role", [ActorRole.SYSTEM, ActorRole.CLERK, ActorRole.CONTROLLER])
def test_after_the_withdrawal_the_gate_refuses_news_to_every_reader(
    city, holder, ana_id, now, role
):
    give(holder, ana_id, now)
    assert open_for_news([ana_id], now, role).purpose is Purpose.NEWS

    withdraw(holder, ana_id, now)

    with pytest.raises(ConsentMissing):
        open_for_news([ana_id], now, role)


@STORES
def test_one_person_without_consent_keeps_the_gate_shut_for_the_whole_list(
    city, holder, ana_id, bor_id, now
):
    give(holder, ana_id, now)

    with pytest.raises(ConsentMissing) as refusal:
        open_for_news([ana_id, bor_id], now)

    assert refusal.value.facts["people"] == 1


@STORES
def test_a_withdrawal_touches_the_contract_in_nothing(city, holder, cene, ana_id, now):
    give(holder, ana_id, now)
    withdraw(holder, ana_id, now)

    grant = open_gate(
        actor=cene,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[ana_id],
        categories=[DataCategory.NAME],
        task="replacement",
        now=now,
    )
    assert grant.purpose is Purpose.CARD_ADMINISTRATION


ASK = """
import os, sys
from uuid import UUID
from datetime import datetime
import django
from django.conf import settings
django.setup()
from consent.queries import consent_stands
from records.access.purposes import Purpose
print(consent_stands(subject_id=UUID(sys.argv[1]), purpose=Purpose.NEWS,
                     at=datetime.fromisoformat(sys.argv[2])))
"""


def ask_another_process(subject_id, at):
    environment = dict(
        os.environ,
        DJANGO_SETTINGS_MODULE="portal.settings",
        VARUH_KEY_FILE=str(django_settings.KEY_FILE),
        VARUH_VAR=str(Path(django_settings.KEY_FILE).parent),
        VARUH_DEMO="1",
    )
    for alias, name in (
        ("default", "IDENTITY"),
        ("payments", "PAYMENTS"),
        ("keys", "KEYS"),
        ("audit", "AUDIT"),
    ):
        environment[f"VARUH_{name}_DATABASE_URL"] = url_of(alias)
    answer = subprocess.run(
        [sys.executable, "-c", ASK, str(subject_id), at.isoformat()],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


def url_of(alias):
    facts = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgresql://{facts['USER']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
def test_a_withdrawal_counts_at_once_in_another_process(city, holder, ana_id, now):
    give(holder, ana_id, now)
    assert ask_another_process(ana_id, now) == "True"

    withdraw(holder, ana_id, now)

    assert ask_another_process(ana_id, now) == "False"


@STORES
@pytest.mark.rule("C25")
def test_the_database_refuses_to_change_or_remove_a_line(city, holder, ana_id, now):
    give(holder, ana_id, now)

    for change in (
        lambda: ConsentEvent.objects.update(kind="withdrawn", number=2),
        lambda: ConsentEvent.objects.all().delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()

    assert stands(ana_id, now)


@STORES
def test_the_database_refuses_a_line_out_of_turn(city, holder, ana_id, now):
    first = give(holder, ana_id, now)
    first.pk, first.number = None, 2
    first._state.adding = True

    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def erase(subject_id, now):
    grant = open_gate(
        actor=factories.make_actor(ActorRole.SYSTEM, "system:retention", ""),
        purpose=Purpose.RETENTION,
        subjects=[subject_id],
        categories=[DataCategory.CONSENT],
        action=Action.ERASE,
        task="test",
        now=now,
    )
    return ConsentSource().erase(grant, SubjectContext(subject_id), now)


@STORES
@pytest.mark.rule("C25", "PP5c")
def test_erasure_ends_a_standing_consent_and_keeps_the_evidence_without_a_name(
    city, holder, ana_id, bor_id, now
):
    give(holder, ana_id, now)
    give(holder, bor_id, now)

    receipt = erase(ana_id, now)
    again = erase(ana_id, now)

    assert receipt.kept == again.kept == {"consent.ConsentEvent": (2, "consent")}
    assert not stands(ana_id, now)
    assert stands(bor_id, now)
    columns = list(ConsentEvent.objects.filter(evidence_ref=evidence_ref(ana_id)).values())
    assert columns
    assert all(ana_id not in row.values() for row in columns)


@STORES
@pytest.mark.rule("C25")
def test_evidence_goes_five_years_after_the_withdrawal(city, holder, ana_id, bor_id, now):
    give(holder, ana_id, now)
    withdraw(holder, ana_id, now)
    give(holder, bor_id, now)

    assert sweep_evidence(now.replace(year=2031)) == 0
    assert sweep_evidence(now.replace(year=2031) + timedelta(days=1)) == 2

    assert list_lines(subject_id=ana_id, purpose=Purpose.NEWS) == []
    assert stands(bor_id, now)


@STORES
@pytest.mark.rule("C25")
def test_evidence_that_is_over_goes_with_the_person(city, holder, ana_id, now):
    give(holder, ana_id, now)
    withdraw(holder, ana_id, now)

    receipt = erase(ana_id, now.replace(year=2032))

    assert receipt.deleted["consent.ConsentEvent"] == 2
    assert receipt.kept == {}
