"""What the session table gives to whoever copies it, or writes into it: nothing."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.sessions import SessionStore, row_key
from portal.usecases.staff_accounts import dismiss, reset_factor
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
COOKIE = django_settings.SESSION_COOKIE_NAME
ANSWER = "Cvelbarjeva ulica 998"


@pytest.fixture
def cene(staff: Callable[..., Client]) -> Client:
    """Cene's browser, signed in at the desk."""
    return staff("clerk")


def kept(**content: str) -> SessionStore:
    """Keep a session with this content."""
    session = SessionStore()
    session.update(content)
    session.save()
    return session


def browser_with(cookie: str) -> Client:
    """Return a browser that sends this cookie."""
    browser = Client()
    browser.cookies[COOKIE] = cookie
    return browser


def opens_the_desk(browser: Client) -> bool:
    """Return whether the browser is let in at the desk."""
    return browser.get(reverse("desk")).status_code == 200


def test_the_cookie_opens_and_what_stands_in_the_table_does_not(cene: Client) -> None:
    row = Session.objects.get()
    cookie = cene.cookies[COOKIE].value

    assert opens_the_desk(browser_with(cookie))
    for stolen in (row.session_key, row.session_data, row_key(row.session_key)):
        assert not opens_the_desk(browser_with(stolen))
    assert cookie not in row.session_key + row.session_data
    assert Session.objects.get().session_key == row_key(cookie) != cookie


def test_the_hash_of_a_cookie_hangs_on_the_keyring(keyring: Any) -> None:
    from records.keyring.queries import forget_keyring

    before = row_key("a cookie of a session")
    assert row_key("a cookie of a session") == before
    assert len(before) == Session._meta.get_field("session_key").max_length

    django_settings.KEY_FILE.unlink()
    forget_keyring()
    from records.keyring.operations import create_missing

    create_missing(now=factories.NOW)
    assert row_key("a cookie of a session") != before


def test_the_content_is_sealed_and_opens_with_its_cookie(keyring: Any) -> None:
    session = kept(answer=ANSWER)

    assert ANSWER not in Session.objects.get().session_data
    assert SessionStore(session.session_key)["answer"] == ANSWER


def test_the_content_of_one_session_does_not_open_as_another_s(cene: Client) -> None:
    victim = Session.objects.get()
    thief = kept(answer="mine")
    assert opens_the_desk(cene)

    Session.objects.filter(pk=row_key(thief.session_key)).update(session_data=victim.session_data)

    assert not opens_the_desk(browser_with(thief.session_key))
    assert SessionStore(thief.session_key).load() == {}
    assert opens_the_desk(cene)


@pytest.mark.parametrize("spoil", [lambda data: data[:-8], lambda data: "A" + data, lambda _: "ž"])
def test_a_spoilt_content_is_an_empty_session(keyring: Any, spoil: Callable[[str], str]) -> None:
    session = kept(answer=ANSWER)
    row = Session.objects.get()
    row.session_data = spoil(row.session_data)
    row.save()

    assert SessionStore(session.session_key).load() == {}


def test_a_new_key_takes_the_content_along_and_closes_the_old_one(keyring: Any) -> None:
    session = kept(answer=ANSWER)
    old = session.session_key

    session.cycle_key()

    assert session.session_key != old
    assert SessionStore(session.session_key)["answer"] == ANSWER
    assert SessionStore(old).load() == {}
    assert Session.objects.count() == 1


def test_signing_out_leaves_no_row(cene: Client) -> None:
    cookie = cene.cookies[COOKIE].value
    assert opens_the_desk(cene)

    cene.post(reverse("sign_out"))

    assert not opens_the_desk(browser_with(cookie))
    assert not Session.objects.exists()


@pytest.mark.parametrize("end", [reset_factor, dismiss])
def test_a_new_start_and_a_closed_account_end_the_sessions(
    cene: Client, end: Callable[..., Any]
) -> None:
    assert opens_the_desk(cene)

    end(username=cene.profile.user.username)

    assert not opens_the_desk(cene)


def test_a_session_that_has_ended_does_not_open(cene: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not opens_the_desk(cene)


def test_nobody_chooses_the_cookie_of_a_session(keyring: Any) -> None:
    session = SessionStore("chosen-by-somebody-else")
    session["answer"] = ANSWER
    session.save()

    assert session.session_key != "chosen-by-somebody-else"
    assert not SessionStore().exists("chosen-by-somebody-else")
    assert SessionStore().exists(session.session_key)


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
def test_the_asynchronous_ways_keep_the_same_rows(keyring: Any) -> None:
    async def keep() -> str:
        session = SessionStore()
        await session.aset("answer", ANSWER)
        await session.asave()
        assert await SessionStore().aexists(session.session_key)
        assert await SessionStore(session.session_key).aget("answer") == ANSWER
        await session.acycle_key()
        return session.session_key

    cookie = asyncio.run(keep())

    assert Session.objects.get().session_key == row_key(cookie)
    asyncio.run(SessionStore(cookie).adelete())
    assert not Session.objects.exists()
