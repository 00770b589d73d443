"""Every refusal has a sentence in both languages that says what to do."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils.translation import override

from portal.errors import CodeWrong, OtherCity
from portal.refusal_statuses import STATUSES
from portal.refusals import explain
from portal.sentences import SENTENCES
from records.errors import Refusal
from tests.portal.catalogue import read_catalogue


def all_refusals() -> list[type[Refusal]]:
    for top in ("records", "consent", "retention", "dsar", "portal"):
        package = importlib.import_module(top)
        for module in pkgutil.walk_packages(package.__path__, f"{top}."):
            if module.name.endswith(".errors"):
                importlib.import_module(module.name)

    def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    ours = {kind for kind in below(Refusal) if not kind.__module__.startswith("tests")}
    return sorted({Refusal, *ours}, key=lambda kind: kind.code)


def test_every_refusal_has_a_sentence() -> None:
    codes = {kind.code for kind in all_refusals()}

    assert len(codes) > 150
    assert codes - set(SENTENCES) == set()


def test_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) - {kind.code for kind in all_refusals()} == set()
    assert set(STATUSES) <= set(SENTENCES)


def test_every_sentence_is_translated() -> None:
    catalogue = read_catalogue()

    for code, sentence in SENTENCES.items():
        with override(None):
            english = str(sentence)
        with override("sl"):
            slovenian = str(sentence)
        assert catalogue.get(english), code
        assert slovenian != english, code


def test_codes_are_not_used_twice() -> None:
    kinds = all_refusals()

    assert len({kind.code for kind in kinds}) == len(kinds)


def test_facts_are_filled_in() -> None:
    with override("en"):
        assert explain(CodeWrong(tries_left=3)) == "The code is not right. You have 3 more tries."


@pytest.mark.django_db
def test_a_refusal_becomes_a_page_with_its_status(rf: RequestFactory, keyring: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    from portal.refusals import render_refusal

    request = rf.get("/desk/")
    request.user = AnonymousUser()

    response = render_refusal(request, OtherCity(city="nova-gorica"))

    assert response.status_code == 403
    assert "portal.other_city" in response.content.decode()
    assert "nova-gorica" not in response.content.decode()


def test_no_sentence_holds_markup() -> None:
    assert not [code for code, sentence in SENTENCES.items() if "<" in str(sentence)]
