"""The API of the terminals: top-ups, payments, reversals and slips, under /api/v1/."""
