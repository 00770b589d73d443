"""Who may come through which door: every address × every role."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from portal import urls
from portal.models import HolderAccount
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)

ROLES = ("anonymous", "holder", "clerk", "controller", "dpo")
PUBLIC = {
    "home",
    "start",
    "accessibility",
    "privacy",
    "notice",
    "paper",
    "set_language",
    "demo",
    "demo_messages",
    "healthz",
    "readyz",
    "metrics",
    "recipient_key",
    "recipient_answers",
    "peer_key",
    "peer_portable",
    "follow",
    "schema",
    "remaining_log",
}
SIGN_IN = {pattern.name for pattern in urls._SIGN_IN}
EXPECTED: dict[str, set[str]] = {
    **{pattern.name: {"holder"} for pattern in urls._HOLDER},
    **{pattern.name: {"clerk"} for pattern in urls._DESK},
    **{pattern.name: {"controller", "dpo"} for pattern in urls._OFFICE},
    "log_search": {"dpo"},
    "staff_data": {"clerk", "controller", "dpo"},
    "office_letter": {"clerk", "controller", "dpo"},
    "letter_delivered": {"clerk", "controller"},
    "recipient_answer": {"controller"},
    "approve_plan": {"controller"},
    **{pattern.name: {"clerk", "controller"} for pattern in urls._INTAKE},
    "case_work": {"clerk", "controller", "dpo"},
    "case_question": {"clerk", "controller"},
    "case_decision": {"clerk", "controller"},
    "case_advice": {"dpo"},
    "case_extension": {"controller"},
    "case_procedure": {"controller"},
    "procedure_answered": {"controller"},
    "procedure_result": {"controller"},
    "confirm_decision": {"controller"},
    "return_decision": {"controller"},
    "case_evidence": {"controller", "dpo"},
    "office_work": {"clerk", "controller", "dpo"},
    "office_erasures": {"clerk", "controller", "dpo"},
    "office_erasure": {"clerk", "controller", "dpo"},
    "erasure_approve": {"clerk", "controller"},
    "erasure_replan": {"controller"},
    "erasure_release": {"controller"},
}
ARGUMENTS: dict[str, Any] = {
    "case_id": uuid4(),
    "plan_id": uuid4(),
    "subject_id": uuid4(),
    "application_id": uuid4(),
    "card_id": uuid4(),
    "letter_id": uuid4(),
    "item_id": uuid4(),
    "instruction_id": uuid4(),
    "kind": "csv",
    "representation_id": uuid4(),
    "draft_id": uuid4(),
    "upload_id": uuid4(),
    "decision_id": uuid4(),
    "order_id": uuid4(),
}


def guarded() -> Iterator[URLPattern]:
    guarded_lists = (urls._HOLDER, urls._DESK, urls._OFFICE, urls._INTAKE)
    for pattern in (*urls._PUBLIC, *urls._SIGN_IN, *(p for some in guarded_lists for p in some)):
        if pattern.name not in PUBLIC | SIGN_IN:
            yield pattern


def address_of(pattern: URLPattern) -> str:
    names = pattern.pattern.converters
    arguments = {
        name: ARGUMENTS.get(name, "check" if pattern.name == "application_step" else "accept")
        for name in names
    }
    if "step" in arguments:
        arguments["step"] = "scope" if pattern.name == "new_request_step" else "arrival"
    return reverse(pattern.name, kwargs=arguments)


@pytest.fixture
def clients(register: None, staff: Callable[..., Client]) -> dict[str, Client]:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.create_user(username="holder-x")
    HolderAccount.objects.create(user=user, subject_id=uuid4())
    holder = Client()
    holder.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {
        "anonymous": Client(),
        "holder": holder,
        **{role: staff(role) for role in ("clerk", "controller", "dpo")},
    }


def test_every_address_is_declared_public_sign_in_or_for_roles() -> None:
    for pattern in guarded():
        assert pattern.callback.roles == EXPECTED[pattern.name], pattern.name


def test_no_role_comes_through_a_door_of_another(clients: dict[str, Client]) -> None:
    for pattern in guarded():
        address = address_of(pattern)
        for role in ROLES:
            for method in ("get", "post"):
                if role in EXPECTED[pattern.name]:
                    continue
                response = getattr(clients[role], method)(address)
                where = f"{method} {address} as {role}"
                if role == "anonymous":
                    sign_in = "account_login" if pattern.name not in _holder_names() else "sign_in"
                    assert response.status_code == 302, where
                    assert response.url.startswith(reverse(sign_in)), where
                else:
                    assert response.status_code == 403, where


def test_the_role_itself_is_let_in(clients: dict[str, Client]) -> None:
    for pattern in guarded():
        for role in EXPECTED[pattern.name]:
            clients[role].raise_request_exception = False
            response = clients[role].get(address_of(pattern))
            assert response.status_code != 403, (pattern.name, role)


def _holder_names() -> set[str]:
    return {pattern.name for pattern in urls._HOLDER}


def test_staff_without_a_second_factor_get_nowhere(staff: Callable[..., Client]) -> None:
    client = staff("clerk", factor=False)

    for name in ("desk", "look_up", "new_application"):
        assert client.get(reverse(name)).url == reverse("factor_needed")
    assert client.get(reverse("factor_needed")).status_code == 200


def test_a_clerk_opens_nobody_of_another_city(
    staff: Callable[..., Client], enrolled: Callable[..., UUID]
) -> None:
    erik = enrolled(factories.ERIK, form="physical")
    client = staff("clerk")
    asked = {
        "task": "question",
        "family_name": factories.ERIK.family_name,
        "birth_date": "29. 2. 1984",
    }

    page = client.post(reverse("look_up"), asked)

    assert "Ta oseba spada v drugo mesto" in page.content.decode()
    assert client.get(reverse("desk_person", args=[erik])).status_code == 409


def test_a_clerk_opens_a_person_of_the_city_for_a_task_only(
    staff: Callable[..., Client], enrolled: Callable[..., UUID]
) -> None:
    ana = enrolled(factories.ANA, form="physical")
    client = staff("clerk")

    assert client.get(reverse("desk_person", args=[ana])).status_code == 409
    asked = {"task": "question", "family_name": "zuzek crnic", "birth_date": "29. 2. 1984"}
    response = client.post(reverse("look_up"), asked)

    assert response.url == reverse("desk_person", args=[ana])
    assert factories.ANA.residence in client.get(response.url).content.decode()


def test_the_metrics_are_not_public(client: Client, settings: Any, keyring: Any) -> None:
    settings.METRICS_TOKEN = "t"

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer t"}).status_code == 200
    settings.METRICS_TOKEN = None
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404


def test_the_demonstration_ends_with_demo_mode(client: Client, settings: Any, keyring: Any) -> None:
    assert client.get(reverse("demo_messages")).status_code == 200

    settings.DEMO = False

    assert client.get(reverse("demo_messages")).status_code == 404
    assert client.get(reverse("demo")).status_code == 404
