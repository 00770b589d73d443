"""Advisory locks of the audit store. SQLite has one writer at a time, which is lock enough."""

from django.db.backends.base.base import BaseDatabaseWrapper

from records.access.triggers import HORIZON_LOCK, ONCE_LOCK, SEALER_LOCK


def _hold(connection: BaseDatabaseWrapper, lock: tuple[int, int]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", lock)


def hold_once_lock(connection: BaseDatabaseWrapper) -> None:
    """Wait for the lock of whoever writes something only once; it is held to the end of the
    transaction.
    """
    _hold(connection, ONCE_LOCK)


def hold_horizon_lock(connection: BaseDatabaseWrapper, *, wait_milliseconds: int) -> None:
    """Wait until every open insert into the log has ended, for so long at most; new ones wait for
    us.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true)", [f"{wait_milliseconds}ms"]
            )
        _hold(connection, HORIZON_LOCK)


def try_sealer_lock(connection: BaseDatabaseWrapper) -> bool:
    """Take the sealer's lock to the end of the transaction; return False where another sweep holds
    it.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", SEALER_LOCK)
        return bool(cursor.fetchone()[0])
