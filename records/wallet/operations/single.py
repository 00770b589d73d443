"""The approval as one statement, on PostgreSQL: find the card, decide, lock, count and book, in
one round trip.

The general path (requests._decide) says the same in six statements and runs on both databases; it
also gives every refusal and every decline. This one only approves: where it finds a reason not to,
it does nothing and leaves the answer to the general path. Three times the authorisations per
second (docs/adr/0005-ledger.md).
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import connections, transaction

from records.wallet.models import Authorisation
from records.wallet.operations.accounting import PAYMENTS

_SQL = """
WITH card AS (
  SELECT i.wallet_id AS wallet, a.currency, c.id AS counter
    FROM wallet_instrument i
    JOIN wallet_account a ON a.id = i.wallet_id
    JOIN wallet_account c ON c.kind = %(counter_kind)s AND c.city = a.city
     AND c.organisation = %(organisation)s AND c.currency = a.currency
   WHERE i.digest = %(presentation)s::uuid
     AND i.state = 'active' AND (i.valid_until IS NULL OR i.valid_until > %(today)s::date)
     AND a.currency = %(currency)s
     AND NOT (%(online)s::boolean AND i.form = 'physical')
), hit AS (
  UPDATE wallet_account a
     SET balance_minor = a.balance_minor + %(topped_up)s::bigint - %(paid)s::bigint,
         month_payments_minor = %(paid)s::bigint
           + CASE WHEN a.month >= %(month)s::integer THEN a.month_payments_minor ELSE 0 END,
         month_top_ups_minor = %(topped_up)s::bigint
           + CASE WHEN a.month >= %(month)s::integer THEN a.month_top_ups_minor ELSE 0 END,
         month = GREATEST(a.month, %(month)s::integer)
    FROM card
   WHERE a.id = card.wallet
     AND NOT a.blocked AND NOT a.suspected AND NOT a.frozen AND a.closed_on IS NULL
     AND a.balance_minor >= %(paid)s::bigint
     AND a.balance_minor + %(topped_up)s::bigint <= a.ceiling_minor
     AND %(paid)s::bigint
           + CASE WHEN a.month >= %(month)s::integer THEN a.month_payments_minor ELSE 0 END
         <= a.month_payments_limit_minor
     AND %(topped_up)s::bigint
           + CASE WHEN a.month >= %(month)s::integer THEN a.month_top_ups_minor ELSE 0 END
         <= a.month_top_ups_limit_minor
  RETURNING card.wallet, card.counter, card.currency
), slip AS (
  INSERT INTO wallet_authorisation (id, kind, terminal_id, idempotency_key, request_hash, wallet_id,
         amount_minor, currency, decline_reason, decided_at, reverses_id, reference)
  SELECT %(id)s::uuid, %(kind)s, %(terminal)s::uuid, %(key)s, %(hash)s::bytea, hit.wallet,
         %(topped_up)s::bigint + %(paid)s::bigint, hit.currency, '', %(now)s::timestamptz, NULL,
         %(reference)s
    FROM hit
), entry AS (
  INSERT INTO wallet_ledgerentry (id, wallet_id, kind, idempotency_key, booked_at, reverses_id)
  SELECT %(id)s::uuid, hit.wallet, %(kind)s, NULL, %(now)s::timestamptz, NULL FROM hit
), lines AS (
  INSERT INTO wallet_posting (entry_id, line, wallet, account_id, amount_minor, currency)
  SELECT %(id)s::uuid, 1, hit.wallet, hit.wallet,
         %(topped_up)s::bigint - %(paid)s::bigint, hit.currency FROM hit
  UNION ALL
  SELECT %(id)s::uuid, 2, hit.wallet, hit.counter,
         %(paid)s::bigint - %(topped_up)s::bigint, hit.currency FROM hit
)
SELECT wallet FROM hit
"""


def has_single_statement() -> bool:
    """Return whether the payment store understands it."""
    return connections[PAYMENTS].vendor == "postgresql"


def approve_at_once(
    *,
    row: Authorisation,
    organisation: str,
    online: bool,
    presentation: UUID,
    counter_kind: str,
    paid_minor: int,
    topped_up_minor: int,
    month: int,
    today: date,
    now: datetime,
) -> Authorisation | None:
    """Approve and book the request in one statement and return its row; None where nothing was
    done.

    Raises IntegrityError where the idempotency key is taken; then nothing was done either.
    """
    row.pk = uuid4()
    parameters = {
        "id": row.pk,
        "kind": str(row.kind),
        "terminal": row.terminal_id,
        "key": row.idempotency_key,
        "hash": row.request_hash,
        "reference": row.reference,
        "organisation": organisation,
        "online": online,
        "presentation": presentation,
        "counter_kind": counter_kind,
        "currency": row.currency,
        "paid": paid_minor,
        "topped_up": topped_up_minor,
        "month": month,
        "today": today,
        "now": now,
    }
    with (
        transaction.atomic(using=PAYMENTS, durable=True),
        connections[PAYMENTS].cursor() as cursor,
    ):
        cursor.execute(_SQL, parameters)
        found = cursor.fetchone()
    if found is None:
        return None
    row.wallet_id = found[0]
    return row
