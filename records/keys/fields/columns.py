"""How a sealed column may stand in a query: selected as it is, or asked whether it is NULL. Nothing
else compiles.
"""

import sys
from typing import Any

from django.db.models.expressions import Case, Col, F, OrderBy, Value
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull

from records.keys.cells import SealedCell
from records.keys.errors import LookupRefused

_SELECTING = frozenset({"get_select", "get_group_by"})
"""The compiler's methods that put a column into a query as it is. Every other caller computes with
it.
"""


def _wrap_cell(value: object, _expression: object, _connection: object) -> SealedCell | None:
    return None if value is None else SealedCell(value)


class SealedColumn(Col):
    """A sealed column in a query.

    It gives cell objects to `values()` and annotations. What goes into instances is left as it is:
    there the attribute makes the cell when it is asked for, which is much cheaper.
    """

    raw = True
    """Whether the query hands on what stands in the column, for somebody who knows it is a cell."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the column's name where the query selects it; raise LookupRefused everywhere else.

        Functions, aggregates, comparisons and ORDER BY call the compiler from their own methods; a
        plain selection comes from the compiler itself. So the caller two frames up tells them
        apart, and an unknown caller is refused.
        """
        caller = sys._getframe(2).f_code.co_name  # Django offers no other hook
        if caller not in _SELECTING:
            raise LookupRefused(column=self.target.name, lookup=caller)
        query = compiler.query
        _refuse_sets_of_cells(query, self)
        _refuse_order(query, self)
        if not isinstance(self, CellBytes):
            annotated = any(value is self for value in query.annotations.values())
            self.raw = query.default_cols and not annotated
        return self.name_sql(compiler, connection)

    def get_db_converters(self, connection: Any) -> Any:  # noqa: ARG002  # Django's signature
        """Return what makes cell objects of the column's bytes, where nobody else does."""
        return [] if self.raw else [_wrap_cell]

    def name_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the column's bare name."""
        return super().as_sql(compiler, connection)


class CellBytes(SealedColumn):
    """A sealed column whose bytes the query hands on as they are."""


class RawCells(F):
    """Selects a sealed column's bytes for records.keys.queries.reveal_tuples."""

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Return the column; raise LookupRefused where it is not a sealed one."""
        column = super().resolve_expression(*args, **kwargs)
        if not isinstance(column, SealedColumn):
            raise LookupRefused(lookup="reveal_tuples")
        return CellBytes(column.alias, column.target, column.output_field)


def _refuse_sets_of_cells(query: Any, column: SealedColumn) -> None:
    """Raise LookupRefused where rows would be told apart by their cells: no two cells are ever
    equal.
    """
    if not (query.distinct or query.group_by is not None or query.subquery or query.combinator):
        return
    selects_row = query.default_cols or any(
        getattr(chosen, "target", None) is not None and chosen.target.primary_key
        for chosen in query.select
    )
    if not selects_row:
        raise LookupRefused(column=column.target.name, lookup="distinct")


def _refuse_order(query: Any, column: SealedColumn) -> None:
    """Raise LookupRefused where the rows would be ordered by the position of this column in the
    selection.
    """
    names = {column.target.name, column.target.attname}
    names.update(name for name, value in query.annotations.items() if value is column)
    for term in (*query.order_by, *query.extra_order_by):
        bare: Any = term.expression if isinstance(term, OrderBy) else term
        name = getattr(bare, "name", "") if isinstance(bare, F) else bare
        if bare == column or (isinstance(name, str) and name.lstrip("-+").split("__")[-1] in names):
            raise LookupRefused(column=column.target.name, lookup="order_by")


def chooses_cells(expression: Any) -> bool:
    """Return whether this is what `bulk_update` writes: a CASE whose every outcome is a cell or
    NULL.
    """
    if isinstance(expression, Cast):
        (expression,) = expression.get_source_expressions()
    if not isinstance(expression, Case):
        return False
    outcomes = [*(case.result for case in expression.cases), expression.default]
    return all(
        isinstance(outcome, Value) and (outcome.value is None or type(outcome.value) is SealedCell)
        for outcome in outcomes
    )


class SealedIsNull(IsNull):
    """Asks whether a sealed column is NULL; the only question that it answers."""

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> Any:
        """Return the column's bare name."""
        column = lhs or self.lhs
        if isinstance(column, SealedColumn):
            return column.name_sql(compiler, connection)
        raise LookupRefused(lookup="isnull")
