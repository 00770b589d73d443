"""Texts, their versions and acceptances."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from consent.errors import (
    AlreadyAccepted,
    NoticeChanged,
    NoticeMissing,
    NoticeNotInForce,
    NoticeTooSoon,
)
from consent.models import Acceptance, NoticeVersion
from consent.operations import accept_notice, deem_accepted, load_texts, publish_notice
from consent.queries import find_notice_on, get_contract_terms, get_notice_on, list_contract_notices
from consent.rules import CONTRACT_KINDS, Change, Channel, NoticeKind, sha256_of
from records.access.models import LogEntry
from records.access.purposes import ActorRole
from records.legal_days import legal_day
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
FIRST_DAY = date(2021, 10, 15)


def publish_second(**changes):
    facts = {
        "kind": NoticeKind.TERMS,
        "version": 2,
        "language": "sl",
        "text": "Novi pogoji.",
        "change": Change.MATERIAL,
        "published_on": date(2026, 12, 1),
        "announced_on": date(2026, 12, 1),
        "effective_on": date(2027, 2, 1),
    }
    return publish_notice(**{**facts, **changes})


@pytest.mark.rule("T2.16-2.18", "T11.6")
@pytest.mark.parametrize("language", ["sl", "en"])
def test_every_text_has_a_first_version_in_force_from_its_day(city, language):
    texts = list_contract_notices(language=language, day=FIRST_DAY)

    assert [text.kind for text in texts] == list(CONTRACT_KINDS)
    assert all(text.version == 1 and text.text_sha256 == sha256_of(text.text) for text in texts)
    with pytest.raises(NoticeMissing):
        list_contract_notices(language=language, day=FIRST_DAY - timedelta(days=1))


@pytest.mark.rule("T2.16-2.18")
def test_the_version_of_any_day_can_be_shown(city):
    publish_second()

    def version(day):
        return get_notice_on(kind=NoticeKind.TERMS, language="sl", day=day).version

    assert version(date(2027, 1, 31)) == 1
    assert version(date(2027, 2, 1)) == 2


@pytest.mark.rule("C2", "T11.5")
def test_a_change_announced_too_late_is_not_published(city):
    with pytest.raises(NoticeTooSoon):
        publish_second(effective_on=date(2027, 1, 31))

    assert not NoticeVersion.objects.filter(kind=NoticeKind.TERMS, version=2).exists()


@pytest.mark.rule("C2")
def test_a_later_version_cannot_pass_as_the_first_one(city):
    with pytest.raises(NoticeTooSoon):
        publish_second(change=Change.FIRST, effective_on=date(2026, 12, 2))


def test_publishing_the_same_again_changes_nothing(city):
    before = NoticeVersion.objects.count()

    load_texts()

    assert NoticeVersion.objects.count() == before


def test_a_published_text_is_not_replaced_by_an_edited_one(city):
    first = get_notice_on(kind=NoticeKind.TERMS, language="sl", day=FIRST_DAY)

    with pytest.raises(NoticeChanged):
        publish_second(version=1, text=first.text + " ", effective_on=FIRST_DAY)


@pytest.mark.rule("T2.16-2.18")
def test_the_database_refuses_to_change_a_published_text(city):
    before = NoticeVersion.objects.get(kind=NoticeKind.TERMS, language="sl").text

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        NoticeVersion.objects.filter(kind=NoticeKind.TERMS).update(text="other")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        NoticeVersion.objects.filter(kind=NoticeKind.TERMS).delete()

    assert NoticeVersion.objects.get(kind=NoticeKind.TERMS, language="sl").text == before


def accept(actor, subject_id, now, language="sl"):
    return accept_notice(
        actor=actor,
        subject_id=subject_id,
        notices=list_contract_notices(language=language, day=legal_day(now)),
        channel=Channel.COUNTER,
        now=now,
    )


@pytest.mark.rule("T1.1")
def test_a_contract_names_the_versions_and_the_issuers(city, cene, ana_id, bor_id, now):
    accept(cene, ana_id, now)

    terms = get_contract_terms(subject_id=ana_id, day=legal_day(now))

    assert terms.issuers == (factories.OTHER_CITY, factories.HOME_CITY)
    assert terms.accepted == dict.fromkeys(CONTRACT_KINDS, 1)
    assert terms.applied == dict.fromkeys(NoticeKind, 1)
    assert get_contract_terms(subject_id=bor_id, day=legal_day(now)).accepted == {}


@pytest.mark.rule("T1.1")
def test_an_acceptance_keeps_the_exact_text_the_time_the_channel_and_who(city, cene, ana_id, now):
    accept(cene, ana_id, now)

    row = Acceptance.objects.get(subject_id=ana_id, notice__kind=NoticeKind.TERMS)
    assert row.text_sha256 == sha256_of(row.notice.text)
    assert (row.accepted_at, row.channel, row.actor_role) == (now, "counter", "clerk")
    assert not row.deemed


def test_an_acceptance_is_logged_before_it_is_written(city, cene, ana_id, now):
    before = LogEntry.objects.count()

    accept(cene, ana_id, now)

    assert LogEntry.objects.count() == before + 2  # what is meant, and that it was done


def test_accepting_the_same_texts_twice_is_refused(city, cene, ana_id, now):
    accept(cene, ana_id, now)

    with pytest.raises(AlreadyAccepted):
        accept(cene, ana_id, now)


def test_only_the_text_in_force_can_be_accepted(city, cene, ana_id, now):
    second = publish_second()

    with pytest.raises(NoticeNotInForce):
        accept_notice(
            actor=cene, subject_id=ana_id, notices=[second], channel=Channel.COUNTER, now=now
        )


@pytest.mark.rule("T1.4b", "C2")
def test_silence_is_recorded_as_deemed_and_never_as_acceptance(city, cene, ana_id, bor_id, now):
    second = publish_second()
    later = now.replace(year=2027, month=2)
    system = factories.make_actor(ActorRole.SYSTEM, "system:notices", "")
    accept_notice(
        actor=cene, subject_id=bor_id, notices=[second], channel=Channel.COUNTER, now=later
    )

    with pytest.raises(NoticeNotInForce):
        deem_accepted(actor=system, subject_ids=[ana_id], notice=second, now=now)
    done = deem_accepted(actor=system, subject_ids=[ana_id, bor_id], notice=second, now=later)

    assert done == 1
    silent = Acceptance.objects.get(subject_id=ana_id)
    assert (silent.deemed, silent.channel) == (True, "none")
    assert not Acceptance.objects.get(subject_id=bor_id).deemed
    assert deem_accepted(actor=system, subject_ids=[ana_id, bor_id], notice=second, now=later) == 0


@pytest.mark.rule("C2")
def test_silence_is_not_consent(city, ana_id, now):
    assert find_notice_on(kind=NoticeKind.NEWS, language="sl", day=legal_day(now)) is not None
    row = Acceptance(
        subject_id=ana_id,
        notice=get_notice_on(kind=NoticeKind.NEWS, language="sl", day=legal_day(now)),
        text_sha256="",
        issuers="",
        deemed=True,
        channel=Channel.PORTAL,
        actor_role=ActorRole.HOLDER,
        accepted_at=now,
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
