"""`verify_log` finds what somebody with the owner's rights did to the log, and names the first bad
entry.

Every tampering is done with the triggers dropped, as the owner of the store could; the last word
before each is that the log was intact.
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections

from records.access import verification
from records.access.batches import ProblemCode
from records.access.forms import iterate_subject_rows
from records.access.gate import report_outcome
from records.access.models import TreeHead
from records.access.sealing import seal_log
from records.access.triggers import install_triggers, remove_triggers
from records.access.verification import UNSEALED_LIMIT, verify_log
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]


@pytest.fixture
def entries(open_for: Open, now: datetime, outside: Path) -> list[int]:
    """Twelve entries in three sealed batches, and their ids."""
    ids = []
    for number in range(12):
        ids.append(open_for(subjects=[uuid4(), uuid4()][: 1 + number % 2]).entry_id)
        if number % 4 == 3:
            seal_log(now=now)
    assert verify_log(now=now).intact
    return ids


@pytest.fixture
def tamper() -> Callable[..., None]:
    """Run statements as the owner of the store would, past the triggers."""

    def run(*statements: str) -> None:
        connection = connections["audit"]
        remove_triggers(connection)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        install_triggers(connection)

    return run


def _first(now: datetime, **options: Any) -> tuple[ProblemCode, int | None]:
    problem = verify_log(now=now, **options).problems[0]
    return problem.code, problem.entry_id


COLUMNS = {
    "timestamp": "'2026-11-21 09:00:01'",
    "stage": "3",
    "action": "4",
    "purpose": "9",
    "role": "4",
    "categories": "3",
    "actor": "task",
    "task": "actor",
    "tag": "actor",
    "organisation": "'nova-gorica'",
    "record": "'auth.Group:1'",
    "details": "'{}'",
}


@pytest.mark.parametrize("column", sorted(COLUMNS))
def test_a_changed_entry_is_found_whatever_column(
    entries: list[int], tamper: Any, now: datetime, column: str
) -> None:
    tamper(f'UPDATE access_logentry SET "{column}" = {COLUMNS[column]} WHERE id = {entries[5]}')

    assert _first(now) == (ProblemCode.CHANGED, entries[5])


def test_changed_subjects_are_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper(
        "UPDATE access_logentry SET subjects ="
        f" (SELECT subjects FROM access_logentry WHERE id = {entries[0]}) WHERE id = {entries[2]}"
    )

    assert _first(now) == (ProblemCode.CHANGED, entries[2])


def test_a_deleted_entry_is_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper(
        f"DELETE FROM access_logentry WHERE id = {entries[5]}",
        f"DELETE FROM access_entrysubject WHERE entry_id = {entries[5]}",
    )

    assert _first(now) == (ProblemCode.DELETED, entries[5])


def test_a_deleted_first_entry_is_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper(f"DELETE FROM access_logentry WHERE id = {entries[0]}")

    assert _first(now) == (ProblemCode.DELETED, entries[0])


def test_the_deleted_last_entry_of_a_batch_is_found(
    entries: list[int], tamper: Any, now: datetime
) -> None:
    tamper(f"DELETE FROM access_logentry WHERE id = {entries[7]}")

    assert _first(now) == (ProblemCode.DELETED, entries[7])


def test_reordered_entries_are_found(entries: list[int], tamper: Any, now: datetime) -> None:
    first, second = entries[4], entries[6]
    tamper(
        f"UPDATE access_logentry SET id = 1 WHERE id = {first}",
        f"UPDATE access_logentry SET id = {first} WHERE id = {second}",
        f"UPDATE access_logentry SET id = {second} WHERE id = 1",
    )

    assert _first(now) == (ProblemCode.REORDERED, first)


def _copy_of(entry: int, to: int) -> str:
    columns = (
        '"timestamp", stage, action, purpose, role, categories, actor, task, tag, subjects,'
        " organisation, intent, record, details"
    )
    return (
        f"INSERT INTO access_logentry (id, {columns})"
        f" SELECT {to}, {columns} FROM access_logentry WHERE id = {entry}"
    )


def test_an_entry_inserted_between_sealed_ones_is_found(
    open_for: Open, tamper: Any, now: datetime, outside: Path
) -> None:
    ids = [open_for().entry_id for _ in range(6)]
    tamper(
        f"UPDATE access_logentry SET id = id + 10 WHERE id > {ids[2]}",
        f"UPDATE access_entrysubject SET entry_id = entry_id + 10 WHERE entry_id > {ids[2]}",
    )
    seal_log(now=now)
    assert verify_log(now=now).intact

    tamper(_copy_of(ids[0], ids[2] + 3))

    assert _first(now) == (ProblemCode.INSERTED, ids[2] + 3)


def test_an_entry_inserted_before_all_is_found(
    open_for: Open, tamper: Any, now: datetime, outside: Path
) -> None:
    ids = [open_for().entry_id for _ in range(3)]
    tamper(
        f"UPDATE access_logentry SET id = id + 10 WHERE id >= {ids[0]}",
        f"UPDATE access_entrysubject SET entry_id = entry_id + 10 WHERE entry_id >= {ids[0]}",
    )
    seal_log(now=now)
    assert verify_log(now=now).intact

    tamper(_copy_of(ids[0] + 10, ids[0]))

    assert _first(now) == (ProblemCode.INSERTED, ids[0])


def test_a_made_up_entry_in_the_unsealed_tail_is_found(
    entries: list[int], tamper: Any, now: datetime
) -> None:
    tamper(
        _copy_of(entries[-1], entries[-1] + 1),
        f"UPDATE access_logentry SET role = 4 WHERE id = {entries[-1] + 1}",
    )

    assert _first(now) == (ProblemCode.CHANGED, entries[-1] + 1)


def test_an_entry_changed_before_it_was_sealed_is_found_for_ever(
    entries: list[int], open_for: Open, tamper: Any, now: datetime
) -> None:
    fresh = open_for().entry_id
    tamper(f"UPDATE access_logentry SET role = 4 WHERE id = {fresh}")
    seal_log(now=now)
    open_for()
    seal_log(now=now)

    assert _first(now) == (ProblemCode.CHANGED, fresh)


def test_a_tail_cut_off_with_its_heads_is_found_by_the_controllers_files(
    entries: list[int], tamper: Any, now: datetime
) -> None:
    tamper(
        f"DELETE FROM access_logentry WHERE id >= {entries[8]}",
        f"DELETE FROM access_entrysubject WHERE entry_id >= {entries[8]}",
        f"DELETE FROM access_treehead WHERE last_entry >= {entries[8]}",
    )

    assert _first(now) == (ProblemCode.TRUNCATED, entries[8])


def test_a_tail_cut_off_everywhere_is_found_by_an_officers_own_copy(
    entries: list[int], tamper: Any, now: datetime, outside: Path
) -> None:
    own = outside / "officer.jsonl"
    files = sorted((outside / "heads").iterdir())
    own.write_text(files[0].read_text())
    tamper(
        f"DELETE FROM access_logentry WHERE id >= {entries[8]}",
        f"DELETE FROM access_entrysubject WHERE entry_id >= {entries[8]}",
        f"DELETE FROM access_treehead WHERE last_entry >= {entries[8]}",
    )
    for file in files:
        file.write_text("".join(file.read_text().splitlines(keepends=True)[:2]))
    assert verify_log(now=now).intact

    assert _first(now, heads_files=[own]) == (ProblemCode.TRUNCATED, entries[8])


def test_a_tail_written_anew_is_found(
    entries: list[int], open_for: Open, tamper: Any, now: datetime
) -> None:
    tamper(
        f"DELETE FROM access_logentry WHERE id >= {entries[8]}",
        f"DELETE FROM access_entrysubject WHERE entry_id >= {entries[8]}",
        f"DELETE FROM access_treehead WHERE last_entry >= {entries[8]}",
    )
    for _ in range(4):
        open_for()
    seal_log(now=now)

    assert _first(now) == (ProblemCode.COPY_DIFFERS, entries[8])


def test_sealed_entries_cut_off_without_their_heads_are_found(
    entries: list[int], tamper: Any, now: datetime
) -> None:
    tamper(f"DELETE FROM access_logentry WHERE id >= {entries[10]}")

    assert _first(now) == (ProblemCode.DELETED, entries[10])


def test_an_emptied_log_is_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper(
        "DELETE FROM access_logentry",
        "DELETE FROM access_entrysubject",
        "DELETE FROM access_treehead",
    )

    code, first = _first(now)
    assert (code, first) == (ProblemCode.TRUNCATED, entries[0])


def test_an_entry_changed_together_with_its_leaf_is_found(
    entries: list[int], tamper: Any, now: datetime
) -> None:
    """Whoever can write the store can compute the leaf, too; the signature is out of reach."""
    from records.access.forms import iterate_forms
    from records.access.leaves import leaf_of

    tamper(f"UPDATE access_logentry SET role = 4 WHERE id = {entries[5]}")
    head = TreeHead.objects.get(last_entry__gte=entries[5], first_entry__lte=entries[5])
    forms = iterate_forms(after=head.first_entry - 1, last=head.last_entry)
    leaves = b"".join(leaf_of(form) for form in forms)
    literal = (
        f"'\\x{leaves.hex()}'"
        if connections["audit"].vendor == "postgresql"
        else f"X'{leaves.hex()}'"
    )
    tamper(f"UPDATE access_treehead SET leaves = {literal} WHERE id = {head.id}")

    assert _first(now) == (ProblemCode.HEAD_WRONG, entries[5])


def test_a_changed_head_is_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper("UPDATE access_treehead SET note = replace(note, 'varuh-log/2026', 'varuh-log/2025')")

    assert _first(now)[0] is ProblemCode.HEAD_WRONG


def test_a_missing_index_row_is_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper(f"DELETE FROM access_entrysubject WHERE entry_id = {entries[3]}")

    assert _first(now) == (ProblemCode.INDEX_ROW_MISSING, entries[3])


def test_an_added_index_row_is_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper(
        "INSERT INTO access_entrysubject (subject, entry_id)"
        f" SELECT actor, id FROM access_logentry WHERE id = {entries[3]}"
    )

    assert _first(now) == (ProblemCode.INDEX_ROW_EXTRA, entries[3])


def test_an_index_row_that_points_to_somebody_else_is_found(
    entries: list[int], tamper: Any, now: datetime
) -> None:
    tamper(
        "UPDATE access_entrysubject SET subject ="
        f" (SELECT actor FROM access_logentry WHERE id = {entries[2]})"
        f" WHERE entry_id = {entries[2]}"
    )

    found = {(problem.code, problem.entry_id) for problem in verify_log(now=now).problems}
    assert found == {
        (ProblemCode.INDEX_ROW_MISSING, entries[2]),
        (ProblemCode.INDEX_ROW_EXTRA, entries[2]),
    }


def test_an_index_row_of_an_entry_that_is_not_sealed_is_found(
    entries: list[int], open_for: Open, tamper: Any, now: datetime
) -> None:
    fresh = open_for().entry_id
    assert verify_log(now=now).intact

    tamper(
        "INSERT INTO access_entrysubject (subject, entry_id)"
        f" SELECT actor, id FROM access_logentry WHERE id = {fresh}"
    )

    assert _first(now) == (ProblemCode.INDEX_ROW_EXTRA, fresh)


def test_an_index_row_of_no_entry_is_found(entries: list[int], tamper: Any, now: datetime) -> None:
    tamper(
        "INSERT INTO access_entrysubject (subject, entry_id)"
        f" SELECT actor, id + 100 FROM access_logentry WHERE id = {entries[-1]}"
    )

    assert _first(now) == (ProblemCode.INDEX_ROW_EXTRA, entries[-1] + 100)


def test_entries_sealed_while_the_log_is_checked_are_no_finding(
    entries: list[int], open_for: Open, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_late(**bounds: int) -> Iterator[bytes]:
        open_for()
        seal_log(now=now)
        return iterate_subject_rows(**bounds)

    monkeypatch.setattr(verification, "iterate_subject_rows", look_late)

    assert verify_log(now=now).intact
    assert TreeHead.objects.count() == 4


def test_a_dropped_trigger_is_found(entries: list[int], now: datetime) -> None:
    connection = connections["audit"]
    remove_triggers(connection)

    found = verify_log(now=now).problems

    assert found
    assert {problem.code for problem in found} == {ProblemCode.TRIGGER_MISSING}
    install_triggers(connection)
    assert verify_log(now=now).intact


def test_an_old_unsealed_tail_is_found(entries: list[int], open_for: Open, now: datetime) -> None:
    fresh = open_for().entry_id
    assert verify_log(now=now + UNSEALED_LIMIT).intact

    later = now + UNSEALED_LIMIT + timedelta(seconds=1)

    assert _first(later) == (ProblemCode.TAIL_OLD, fresh)


def test_a_missing_file_of_a_controller_is_found(
    entries: list[int], now: datetime, outside: Path
) -> None:
    (outside / "heads" / "nova-gorica.jsonl").unlink()

    problem = verify_log(now=now).problems[0]
    assert (problem.code, problem.detail) == (ProblemCode.COPY_MISSING, "nova-gorica.jsonl")


def test_a_head_forged_in_a_file_is_found(entries: list[int], now: datetime, outside: Path) -> None:
    file = outside / "heads" / "nova-gorica.jsonl"
    lines = file.read_text().splitlines()
    said = json.loads(lines[1])
    said["note"] = said["note"].replace(
        said["note"].splitlines()[2], base64.b64encode(bytes(32)).decode()
    )
    file.write_text("\n".join([lines[0], json.dumps(said), lines[2]]) + "\n")

    assert _first(now)[0] is ProblemCode.COPY_UNREADABLE


def test_a_line_torn_off_by_a_crash_is_no_tampering_and_the_next_sweep_mends_it(
    entries: list[int], open_for: Open, now: datetime, outside: Path
) -> None:
    file = outside / "heads" / "nova-gorica.jsonl"
    file.write_text(file.read_text()[:-30])
    assert verify_log(now=now).intact

    open_for()
    seal_log(now=now)

    assert verify_log(now=now).copies == 8
    assert '"size": 12' in file.read_text().splitlines()[-2]


def test_the_neighbouring_years_still_verify(
    entries: list[int], open_for: Open, tamper: Any, now: datetime
) -> None:
    open_for(now=now + timedelta(days=365))
    seal_log(now=now)
    assert len(verify_log(now=now).years) == 2
    tamper(f"DELETE FROM access_logentry WHERE id = {entries[5]}")

    assert {problem.year for problem in verify_log(now=now).problems} == {2026}


def test_the_command_exits_1_and_names_the_entry(
    entries: list[int], tamper: Any, now: datetime
) -> None:
    out = StringIO()
    call_command("verify_log", "--json", stdout=out)
    assert json.loads(out.getvalue())["intact"] is True
    tamper(f"UPDATE access_logentry SET role = 4 WHERE id = {entries[5]}")

    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_log", "--json", stdout=out)

    said = json.loads(out.getvalue())
    assert ended.value.code == 1
    assert said["first_bad_entry"] == entries[5]
    assert said["problems"][0]["code"] == "changed"


def test_the_command_says_it_in_words(entries: list[int], tamper: Any) -> None:
    out = StringIO()
    call_command("verify_log", stdout=out)
    assert "complete and unbroken" in out.getvalue()
    tamper(f"UPDATE access_logentry SET role = 4 WHERE id = {entries[5]}")

    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_log", stdout=out)

    assert f"BAD changed entry {entries[5]}" in out.getvalue()


def test_outcomes_are_entries_like_all_others(
    entries: list[int], open_for: Open, tamper: Any, now: datetime
) -> None:
    grant = open_for()
    report_outcome(grant, done=True, now=now, counts={"rows": 1})
    seal_log(now=now)
    assert verify_log(now=now).intact
    tamper(f"UPDATE access_logentry SET stage = 2 WHERE intent = {grant.entry_id}")

    assert _first(now)[0] is ProblemCode.CHANGED
