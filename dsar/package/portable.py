"""Which data a person may carry away (GDPR 20, WP242): provided or observed, under consent or
contract, and of nobody else. Pure.
"""

from dataclasses import replace

from dsar.rules.rights import Right, applies
from records.access.inventory import Column, Personal, Provenance, Table

DERIVED, OTHER_BASIS = "derived", "other_basis"
"""Why a column is left out: it was inferred, or a law asks us to keep it."""


def tables_for(right: Right, table: Table) -> Table:
    """Return the table as that right gives it: a column that it does not cover is withheld, with
    the code of the reason.
    """
    if right is not Right.PORTABILITY:
        return table
    return replace(table, columns=tuple(map(_portable, table.columns)))


def _portable(column: Column) -> Column:
    if not isinstance(column, Personal) or column.withheld:
        return column
    if not applies(Right.PORTABILITY, column.basis):
        return replace(column, withheld=OTHER_BASIS)
    if column.provenance is Provenance.DERIVED:
        return replace(column, withheld=DERIVED)
    return column
