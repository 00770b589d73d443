"""Packages as a person receives them: portable, for a child, in volumes, with hostile values."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from dsar.errors import UnsafeFileName
from dsar.models import Case, Fulfilment, Package
from dsar.operations import disable_package, download_package, typesetting
from dsar.package import assembly
from dsar.package.check import check_files, is_volumes, open_volumes
from dsar.package.content import Sheet
from dsar.package.csv_files import csv_bytes
from dsar.package.html import _text
from dsar.package.zips import safe_name, zip_of
from dsar.queries import list_events, published_schema
from dsar.rules import FiledBy, Right
from dsar.tasks import expire, fulfil_cases, fulfil_task
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.inventory import Personal, Table
from records.access.purposes import ActorRole, DataCategory, Purpose, Store
from records.documents.signing import read_attachments, verify_pdf
from tests.dsar.conftest import fetch
from tests.factories import ALL_STORES, Holder, make_actor, make_holder, make_person

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

TABLE = Table(
    "demo.Note",
    Store.IDENTITY,
    "Notes",
    (Personal("text", DataCategory.CASE, "text", (Purpose.RIGHTS_REQUEST,)),),
)
HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '=HYPERLINK("x";"y")',
    "../../etc/passwd",
    "abc\u202egnp.exe",
    "bell\x07 and nul\x00 end",
    "😀 漢字 ελ",
    "x" * 3_000,
    '{{ 7*7 }} #eval(read("/etc/passwd")) \\\\ $x$ @ref',
    "& &amp; \" ' `",
]


def files_of(holder: Holder, now: Any) -> dict[str, bytes]:
    return read_attachments(fetch(holder, now))


class Tags(HTMLParser):
    """Notes every tag with its attributes, and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.rule("PP6a")
@pytest.mark.rule("C26")
def test_portable_data_is_what_was_provided_or_observed_under_consent_or_contract(
    file_request: Callable[..., Case], holder: Holder, neighbour: Holder, now: Any
) -> None:
    file_request(right=Right.PORTABILITY)
    fulfil_cases(now)

    files = files_of(holder, now)

    data = json.loads(files["data.json"])
    schema: Any = published_schema(Right.PORTABILITY)
    Draft202012Validator(schema).validate(data)
    assert data["format"] == "varuh-portable-data/1"
    assert data["data"]["identity"]["identity.DataSubject"][0]["family_name"] == "Žužek Črnič"
    (account,) = data["data"]["wallet"]["wallet.Account"]
    assert "opened_on" in account
    assert "balance_minor" not in account
    assert "access" not in data["data"]
    lines = {line["table"]: line for line in data["manifest"]}
    assert lines["access.LogEntry"]["status"] == "withheld"
    assert lines["access.LogEntry"]["reason"] == "other_basis"
    assert lines["wallet.Account"]["withheld_columns"]["balance_minor"] == "derived"
    assert neighbour.person.email not in files["data.json"].decode()
    assert not check_files(files).problems


def test_the_files_for_computers_come_alone_as_a_zip_that_is_always_the_same(
    file_request: Callable[..., Case], holder: Holder, herself: Actor, now: Any
) -> None:
    case = file_request(right=Right.PORTABILITY)
    fulfil_cases(now)
    package = Package.objects.get()

    def take() -> Any:
        return download_package(
            actor=herself,
            subject_id=holder.subject_id,
            package_id=package.pk,
            device="phone",
            now=now,
            files_only=True,
        )

    first, second = take(), take()

    assert first.data == second.data
    assert first.name == f"{case.reference}.zip"
    members = open_volumes(first.data)
    assert {"data.json", "data.schema.json", "manifest.json"} <= set(members)
    assert not check_files(members).problems
    assert list_events(case.pk)[-1].event == "package:file:downloaded"


@pytest.mark.parametrize("name", ["../x", "a/b", "/x", "a\\b", ".x", "", "a..b", "x\0", "a\u202eb"])
def test_no_file_of_a_zip_leaves_its_folder(name: str) -> None:
    assert safe_name("a.csv") == "a.csv"

    with pytest.raises(UnsafeFileName):
        zip_of({name: b""})


@pytest.mark.rule("C21")
def test_what_is_too_large_for_one_document_comes_in_volumes_and_no_row_is_cut(
    file_request: Callable[..., Case],
    holder: Holder,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    for module in (assembly, typesetting):
        monkeypatch.setattr(module, "VOLUME_CELLS", 20)
    monkeypatch.setattr(assembly, "SMALL_CELLS", 12)
    case = file_request()
    fulfil_cases(now)
    package = Package.objects.get()

    data = fetch(holder, now)

    assert is_volumes(data)
    members = open_volumes(data)
    volumes = sorted(name for name in members if name.endswith(".pdf"))
    assert len(volumes) == package.volumes > 2
    assert all(verify_pdf(members[name]).ok for name in volumes)
    pages = {name for name in members if name.endswith(".html")}
    assert pages == {name.replace(".pdf", ".html") for name in volumes}
    log = json.loads(members["data.json"])["data"]["access"]["access.LogEntry"]
    shown = sum(
        members[name].decode().count('<th scope="row">')
        for name in sorted(pages)[1:]
        if "Kdo je gledal" in members[name].decode()
    )
    assert len(log) > 5
    assert shown == len(log)
    path = tmp_path / "package.zip"
    path.write_bytes(data)
    out = io.StringIO()
    call_command("verify_package", str(path), stdout=out)
    assert case.reference in out.getvalue()


@pytest.mark.parametrize("what", ["drop", "swap", "manifest"])
def test_a_zip_of_volumes_that_was_touched_is_found_out(
    file_request: Callable[..., Case],
    holder: Holder,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    what: str,
) -> None:
    from django.core.management.base import CommandError

    for module in (assembly, typesetting):
        monkeypatch.setattr(module, "VOLUME_CELLS", 20)
    monkeypatch.setattr(assembly, "SMALL_CELLS", 12)
    file_request()
    fulfil_cases(now)
    members = open_volumes(fetch(holder, now))
    second, third = sorted(name for name in members if name.endswith(".pdf"))[1:3]
    if what == "drop":
        del members[second]
    elif what == "swap":
        members[second], members[third] = members[third], members[second]
    else:
        members["manifest.json"] += b" "
    path = tmp_path / "package.zip"
    path.write_bytes(zip_of(members))

    with pytest.raises(CommandError):
        call_command("verify_package", str(path), stdout=io.StringIO())


def test_whoever_is_under_18_reads_words_of_their_own_and_the_same_data(
    cene: Actor, holder: Holder, file_request: Callable[..., Case], now: Any
) -> None:
    young = make_holder(
        actor=cene,
        person=make_person(given_name="Maj", birth_date=date(now.year - 16, 3, 1)),
        now=now,
    )
    grown = file_request(language="en")
    case = file_request(subject_id=young.subject_id, language="en")
    fulfil_cases(now)

    files, others = files_of(young, now), files_of(holder, now)

    page, other = (
        files[f"{case.reference}.html"].decode(),
        others[f"{grown.reference}.html"].decode(),
    )
    assert "You can ask a person you trust" in page
    assert "What we know about you" in page
    assert "You can ask a person you trust" not in other
    tables = [line["table"] for line in json.loads(files["manifest.json"])["tables"]]
    assert tables == [line["table"] for line in json.loads(others["manifest.json"])["tables"]]


def test_what_somebody_else_wrote_is_withheld_by_name(
    file_request: Callable[..., Case], holder: Holder, now: Any
) -> None:
    file_request(details={"text": "I myself wrote this"})
    file_request(details={"text": "Guardian Zofka wrote this"}, filed_by=FiledBy.GUARDIAN)
    fulfil_cases(now)

    files = files_of(holder, now)

    text = files["data.json"].decode()
    assert "I myself wrote this" in text
    assert "Zofka" not in text
    assert '"withheld": "third_party"' in text


def test_the_answer_names_who_really_received_data(
    file_request: Callable[..., Case], holder: Holder, now: Any
) -> None:
    operator = make_actor(ActorRole.CLERK, uuid4(), organisation="eurokartica")
    for _ in range(3):
        open_gate(
            actor=operator,
            purpose=Purpose.CARD_ADMINISTRATION,
            subjects=[holder.subject_id],
            categories=[DataCategory.CONTACT],
            task="help",
            now=now,
        )
    file_request()
    fulfil_cases(now)

    received = json.loads(files_of(holder, now)["data.json"])["information"]["received_by"]

    (found,) = [one for one in received if one["organisation"] == "eurokartica"]
    assert (found["times"], found["purpose"], found["action"]) == (
        3,
        "card_administration",
        "consult",
    )
    assert not [one for one in received if one["role"] == "holder"]


def test_half_a_character_is_exact_in_json_and_shown_by_its_number_elsewhere() -> None:
    half = "half \ud83d pair"
    sheet = Sheet("demo", TABLE, TABLE.personal(), ((half,),))

    assert json.loads(assembly._json({"a": half})) == {"a": half}
    assert "half [U+D83D] pair" in csv_bytes(sheet).decode()
    assert "half [U+D83D] pair" in _text(half)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_inert_in_every_form(
    file_request: Callable[..., Case], holder: Holder, now: Any, value: str
) -> None:
    case = file_request(details={"text": value, value[:40]: "key"}, case_id=uuid4())
    fulfil_cases(now)

    pdf = fetch(holder, now)
    files = read_attachments(pdf)

    assert verify_pdf(pdf).ok
    cases = json.loads(files["data.json"])["data"]["dsar"]["dsar.Case"]
    assert cases[0]["details"] == {"text": value, value[:40]: "key"}
    page = Tags()
    page.feed(files[f"{case.reference}.html"].decode())
    assert not {"script", "img", "iframe", "object", "link", "form"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, given in page.tags for name in given)
    links = [given.get("href") or "" for tag, given in page.tags if tag == "a"]
    assert links
    assert all(link.startswith("#") for link in links)
    assert "\u202e" not in page.text
    assert "\x00" not in page.text
    assert not check_files(files).problems
    zipfile.ZipFile(io.BytesIO(zip_of(files))).testzip()


def test_the_most_urgent_request_is_answered_first_whatever_the_order_of_messages(
    file_request: Callable[..., Case], neighbour: Holder, now: Any
) -> None:
    late = file_request()
    early = file_request(subject_id=neighbour.subject_id, received_at=now - timedelta(days=20))
    assert early.due_on < late.due_on

    fulfil_task(str(Fulfilment.objects.get(case=late).pk))

    assert list(Package.objects.values_list("case", flat=True)) == [early.pk]


@pytest.mark.parametrize("end", ["schedule", "disabled"])
def test_portable_packages_end_as_all_others_do(
    file_request: Callable[..., Case],
    holder: Holder,
    herself: Actor,
    folders: Any,
    now: Any,
    end: str,
) -> None:
    file_request(right=Right.PORTABILITY)
    fulfil_cases(now)
    package = Package.objects.get()
    assert len(list((folders / "packages").iterdir())) == 1

    if end == "schedule":
        expire(now + timedelta(days=7, seconds=1))
    else:
        disable_package(actor=herself, subject_id=holder.subject_id, package_id=package.pk, now=now)

    package.refresh_from_db()
    assert package.ended_at is not None
    assert package.content_key is None
    assert list((folders / "packages").iterdir()) == []
