"""The ledger's own guards: rows are appended, never changed; they go only while the window of their wallet is open.

SQLite rebuilds a table when a later migration alters it, and drops its triggers with it: such a migration installs
them again. The nightly reconciliation looks for each of them by name.
"""

from django.db import migrations

WINDOW = "EXISTS (SELECT 1 FROM wallet_erasurewindow WHERE wallet = {wallet})"

# table → the column of its wallet, and its keys, each of which "INSERT OR REPLACE" could use to overwrite a row
APPEND_ONLY = {
    "wallet_ledgerentry": ("wallet_id", ("id", "idempotency_key", "reverses_id")),
    "wallet_posting": ("wallet", ("entry_id, line",)),
    "wallet_authorisation": ("wallet_id", ("id", "terminal_id, idempotency_key")),
}

# table → (the column of its wallet, the columns that never change)
FIXED = {
    "wallet_account": ("id", ("id", "kind", "city", "organisation", "currency", "opened_on")),
    "wallet_instrument": ("wallet_id", ("digest", "wallet_id", "form")),
}

FINAL = {
    "wallet_account": "OLD.closed_on IS NOT NULL AND {changed_closed_on}",
    "wallet_instrument": "OLD.state = 'dead' AND {changed_state}",
}


def _sqlite_trigger(name, table, event, condition, message):
    when = f" WHEN {condition}" if condition else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table}{when} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _sqlite():
    for table, (wallet, keys) in APPEND_ONLY.items():
        yield _sqlite_trigger(f"{table}_no_update", table, "UPDATE", "", f"{table} is append-only")
        closed = "NOT " + WINDOW.format(wallet=f"OLD.{wallet}")
        yield _sqlite_trigger(f"{table}_no_delete", table, "DELETE", closed, f"{table} is append-only")
        same = " OR ".join(
            "("
            + " AND ".join(f"{column.strip()} = NEW.{column.strip()}" for column in key.split(","))
            + ")"
            for key in keys
        )
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
        yield _sqlite_trigger(f"{table}_no_replace", table, "INSERT", taken, f"{table} is append-only")
    for table, (wallet, columns) in FIXED.items():
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        event = f"UPDATE OF {', '.join(columns)}"
        yield _sqlite_trigger(f"{table}_fixed", table, event, changed, f"{table} keeps what it is")
        closed = "NOT " + WINDOW.format(wallet=f"OLD.{wallet}")
        yield _sqlite_trigger(f"{table}_no_delete", table, "DELETE", closed, f"{table} is not deleted")
    for table, column in (("wallet_account", "closed_on"), ("wallet_instrument", "state")):
        final = FINAL[table].format(**{f"changed_{column}": f"NEW.{column} IS NOT OLD.{column}"})
        yield _sqlite_trigger(f"{table}_final", table, f"UPDATE OF {column}", final, f"{table} is final")
    folded = "NEW.folded_minor IS NOT OLD.folded_minor AND NOT EXISTS (SELECT 1 FROM wallet_erasurewindow)"
    yield _sqlite_trigger(
        "wallet_account_folded", "wallet_account", "UPDATE OF folded_minor", folded, "only erasure folds"
    )


POSTGRESQL_FUNCTIONS = """
CREATE FUNCTION wallet_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% refuses %: %', TG_TABLE_NAME, TG_OP, TG_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION wallet_delete_in_window() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner uuid;
BEGIN
  EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO owner USING OLD;
  IF NOT EXISTS (SELECT 1 FROM wallet_erasurewindow WHERE wallet = owner) THEN
    RAISE EXCEPTION '% refuses DELETE outside erasure', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN OLD;
END $$;

CREATE FUNCTION wallet_account_folds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM wallet_erasurewindow) THEN
    RAISE EXCEPTION 'only erasure folds'
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION wallet_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total numeric; currencies integer;
BEGIN
  SELECT coalesce(sum(amount_minor), 0), count(DISTINCT currency) INTO total, currencies
    FROM wallet_posting WHERE entry_id = NEW.entry_id;
  IF total <> 0 OR currencies > 1 THEN
    RAISE EXCEPTION 'entry % does not balance', NEW.entry_id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION wallet_ledgerentry_has_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM wallet_ledgerentry WHERE id = NEW.id)
     AND (SELECT count(*) FROM wallet_posting WHERE entry_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'entry % has no two postings', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION wallet_erasurewindow_is_shut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM wallet_erasurewindow WHERE wallet = NEW.wallet) THEN
    RAISE EXCEPTION 'an erasure window outlives its transaction'
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
"""


def _postgresql():
    yield POSTGRESQL_FUNCTIONS
    for table, (wallet, _keys) in APPEND_ONLY.items():
        yield (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION wallet_refuse()"
        )
        yield _postgresql_delete(table, wallet)
    for table, (wallet, columns) in FIXED.items():
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        yield (
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {', '.join(columns)} ON {table} "
            f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION wallet_refuse()"
        )
        yield _postgresql_delete(table, wallet)
    for table, column in (("wallet_account", "closed_on"), ("wallet_instrument", "state")):
        final = FINAL[table].format(
            **{f"changed_{column}": f"NEW.{column} IS DISTINCT FROM OLD.{column}"}
        )
        yield (
            f"CREATE TRIGGER {table}_final BEFORE UPDATE OF {column} ON {table} "
            f"FOR EACH ROW WHEN ({final}) EXECUTE FUNCTION wallet_refuse()"
        )
    yield (
        "CREATE TRIGGER wallet_account_folded BEFORE UPDATE OF folded_minor ON wallet_account "
        "FOR EACH ROW WHEN (NEW.folded_minor IS DISTINCT FROM OLD.folded_minor) "
        "EXECUTE FUNCTION wallet_account_folds()"
    )
    for table in (*APPEND_ONLY, *FIXED):
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION wallet_refuse()"
        )
    for table, function in (
        ("wallet_posting", "wallet_posting_balances"),
        ("wallet_ledgerentry", "wallet_ledgerentry_has_lines"),
        ("wallet_erasurewindow", "wallet_erasurewindow_is_shut"),
    ):
        yield (
            f"CREATE CONSTRAINT TRIGGER {function} AFTER INSERT ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def _postgresql_delete(table, wallet):
    return (
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION wallet_delete_in_window('{wallet}')"
    )


def install(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[vendor]():
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    names = sorted(
        statement.split()[statement.split().index("TRIGGER") + 1]
        for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[vendor]()
        if "TRIGGER" in statement.split()
    )
    tables = (*APPEND_ONLY, *FIXED, "wallet_erasurewindow")
    if vendor == "sqlite":
        for name in names:
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
        return
    for name in names:
        table = next((table for table in tables if name.startswith(table)), None)
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}", params=None)
    for function in (
        "wallet_refuse",
        "wallet_delete_in_window",
        "wallet_account_folds",
        "wallet_posting_balances",
        "wallet_ledgerentry_has_lines",
        "wallet_erasurewindow_is_shut",
    ):
        schema_editor.execute(f"DROP FUNCTION {function}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
