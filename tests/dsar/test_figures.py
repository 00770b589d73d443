"""The yearly figures: what is late stays late, nobody is in them, CSV and PDF say the same."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from dsar.models import Case
from dsar.rules.figures import CaseFact, figures
from dsar.statistics import figures_csv, list_years, yearly_figures
from dsar.tasks import fulfil_cases
from tests.factories import ALL_STORES, ANA, HOME_CITY

RECEIVED = date(2026, 11, 21)


def fact(**changes: Any) -> CaseFact:
    given: dict[str, Any] = {
        "right": "access",
        "answered_by": HOME_CITY,
        "channel": "portal",
        "received_on": RECEIVED,
        "promised_on": date(2026, 12, 21),
        "lawful_until": date(2026, 12, 21),
        "answered_on": None,
        "outcome": "",
        "ground": "",
    }
    return CaseFact(**{**given, **changes})


def test_an_answer_after_its_day_is_late_for_ever_and_in_time_on_it() -> None:
    on_the_day = fact(answered_on=date(2026, 12, 21), outcome="granted")
    a_day_late = fact(answered_on=date(2026, 12, 22), outcome="granted")

    found = figures([on_the_day, a_day_late], today=date(2030, 1, 1))

    assert (found.answered, found.kept_promise, found.within_law, found.overdue) == (2, 1, 1, 1)
    assert found.promise_percent == 50.0
    assert found.median_days == 30.5


def test_who_still_waits_past_the_day_is_late_too() -> None:
    assert figures([fact()], today=date(2026, 12, 21)).overdue == 0
    assert figures([fact()], today=date(2026, 12, 22)).overdue == 1


def test_refusals_are_counted_by_ground_and_no_answer_gives_no_median() -> None:
    refused = [
        fact(answered_on=RECEIVED, outcome="refused", ground="legal_claims"),
        fact(answered_on=RECEIVED, outcome="partial", ground="legal_claims"),
        fact(answered_on=RECEIVED, outcome="refused"),
    ]

    found = figures(refused, today=RECEIVED)

    assert found.refusals_by_ground == (("legal_claims", 2), ("none", 1))
    assert figures([], today=RECEIVED).median_days is None
    assert figures([], today=RECEIVED).promise_percent is None


@pytest.mark.django_db(databases=ALL_STORES)
def test_figures_of_real_cases_in_csv_hold_nobody(
    file_request: Callable[..., Case], now: Any
) -> None:
    file_request()
    file_request(right="erasure")
    fulfil_cases(now)

    found = yearly_figures(city=HOME_CITY, year=2026, now=now + timedelta(days=40))
    rows = list(csv.reader(io.StringIO(figures_csv(found).decode("utf-8-sig")), delimiter=";"))

    assert found[""].received == found[HOME_CITY].received == 2
    assert found[""].answered == found[""].kept_promise == 1
    assert found[""].overdue == 1
    assert ["all", "by_right", "erasure", "1"] in rows
    assert ANA.family_name not in str(rows)
    assert list_years(city=HOME_CITY, today=date(2028, 1, 1)) == [2028, 2027, 2026]


@pytest.mark.django_db(databases=ALL_STORES)
@pytest.mark.parametrize(("language", "words"), [("sl", "Prejete zahteve"), ("en", "Requests")])
def test_the_pdf_is_sealed_and_says_the_numbers_beside_their_bars(
    file_request: Callable[..., Case], now: Any, language: str, words: str
) -> None:
    from uuid import uuid4

    from portal.models import StaffRole
    from portal.people import Staff
    from portal.usecases.queue import make_figures_file
    from records.documents.seals import SealSettings
    from records.documents.signing import read_attachments, verify_pdf
    from tests.records.documents.tools import text_of

    file_request()
    staff = Staff(uuid4(), StaffRole.DPO, HOME_CITY, HOME_CITY, "")

    with override(language):
        file = make_figures_file(staff=staff, year=2026, kind="pdf", language=language, now=now)

    text = text_of(file.data)
    assert words in text
    assert "2026" in text
    assert set(read_attachments(file.data)) == {"figures.csv"}
    assert verify_pdf(file.data, seal=SealSettings.configured()).ok
