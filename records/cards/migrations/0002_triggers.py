"""What the database itself refuses: a changed validity, a card given to another, a changed history, a freed number."""

from django.db import migrations

FIXED_ALWAYS = ("id", "holder_id", "subject_id", "form", "application_id", "home_city")
FIXED_ONCE_SET = ("issued_on", "valid_until")
HISTORIES = (
    ("cards_cardevent", "cards_card", "card_id"),
    ("cards_applicationevent", "cards_application", "application_id"),
)
USED = "cards_usedholderid"

DIFFERS = {"sqlite": "NEW.{0} IS NOT OLD.{0}", "postgresql": "NEW.{0} IS DISTINCT FROM OLD.{0}"}


def _card_conditions(vendor):
    differs = DIFFERS[vendor]
    changed = " OR ".join(differs.format(name) for name in FIXED_ALWAYS)
    yield "cards_card_not_transferable", changed
    moved = " OR ".join(
        f"(OLD.{name} IS NOT NULL AND {differs.format(name)})" for name in FIXED_ONCE_SET
    )
    yield "cards_validity_fixed", moved
    revived = (
        "(OLD.state = 'destroyed' AND NEW.state <> 'destroyed') OR "
        "(OLD.state IN ('cancelled', 'expired') AND NEW.state NOT IN (OLD.state, 'destroyed'))"
    )
    yield "cards_card_never_revives", revived


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        _create_sqlite(schema_editor)
    else:
        _create_postgresql(schema_editor)


def _create_sqlite(schema_editor):
    for name, condition in _card_conditions("sqlite"):
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON cards_card WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )
    for table, parent, column in HISTORIES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}_no_update'); END"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{column}) "
            f"BEGIN SELECT RAISE(ABORT, '{table}_no_delete'); END"
        )
    for event in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER {USED}_no_{event.lower()} BEFORE {event} ON {USED} "
            f"BEGIN SELECT RAISE(ABORT, '{USED}_no_{event.lower()}'); END"
        )


def _create_postgresql(schema_editor):
    schema_editor.execute(
        "CREATE FUNCTION cards_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '%%', TG_NAME USING ERRCODE = 'check_violation'; END $$"
    )
    for name, condition in _card_conditions("postgresql"):
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON cards_card FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION cards_refuse()"
        )
    for table, parent, column in HISTORIES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION cards_refuse()"
        )
        schema_editor.execute(
            f"CREATE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{column}) THEN "
            f"RAISE EXCEPTION '{table}_no_delete' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN OLD; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_keep()"
        )
    schema_editor.execute(
        f"CREATE TRIGGER {USED}_no_change BEFORE UPDATE OR DELETE ON {USED} "
        f"FOR EACH ROW EXECUTE FUNCTION cards_refuse()"
    )


def drop(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    tables = {name: "cards_card" for name, _ in _card_conditions("sqlite")}
    for table, _, _ in HISTORIES:
        tables |= {f"{table}_no_update": table, f"{table}_no_delete": table}
    tables |= (
        {f"{USED}_no_change": USED}
        if postgresql
        else {f"{USED}_no_update": USED, f"{USED}_no_delete": USED}
    )
    for name, table in tables.items():
        schema_editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        for table, _, _ in HISTORIES:
            schema_editor.execute(f"DROP FUNCTION {table}_keep()")
        schema_editor.execute("DROP FUNCTION cards_refuse()")


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_initial")]

    operations = [migrations.RunPython(create, drop, elidable=False)]
