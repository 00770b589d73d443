"""A request of a signed-in holder is answered without staff, completely or not at all."""

from collections.abc import Callable
from typing import Any

import pytest

from dsar.models import Fulfilment, Package
from dsar.tasks import fulfil_cases
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


def test_a_signed_in_holder_is_answered_in_one_sweep(
    file_request: Callable[..., Any], now: Any
) -> None:
    case = file_request()

    made = fulfil_cases(now)

    job = Fulfilment.objects.get()
    assert [line for line in job.manifest if line["status"] == "failed"] == []
    assert (made, job.last_error) == (1, "")
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("delivered", "granted")
    assert Package.objects.get().level == "B-B"
