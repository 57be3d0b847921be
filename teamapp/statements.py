"""Faster SQL generation for the most frequent nodes of peewee; see docs/decisions/0031.

Every other node is left to peewee.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import (
    SCOPE_VALUES,
    Column,
    Context,
    EnclosedNodeList,
    Field,
    ModelInsert,
    Node,
    Table,
    chunked,
)


class Statement(Context):
    """Writes a column directly; peewee creates four objects for each, half a query's cost."""

    def sql(self, obj: Any) -> Context:
        is_plain = getattr(type(obj), "__sql__", None) is Field.__sql__  # and not of an alias
        column = obj.column if is_plain else obj
        if type(column) is not Column or type(column.source) is not Table \
                or self.scope == SCOPE_VALUES:
            return super().sql(obj)
        alias = column.source._alias or self.alias_manager[column.source]
        return self.literal(f'"{alias}"."{column.name}"')


class Rows(ModelInsert):
    """An INSERT of rows in the order of its fields, without an object for each value.

    peewee's ModelInsert creates one for each and takes six times as long, while other writers
    wait.
    """

    def _generate_insert(self, insert: Iterable[Any], ctx: Context) -> Context:
        rows = list(insert)
        if not self._columns or not rows or isinstance(rows[0], dict):
            return super()._generate_insert(rows, ctx)
        columns = [getattr(self.model, name) if isinstance(name, str) else name
                   for name in self._columns]
        given = {field.name for field in columns}
        defaults = {field: value for field, value in self.get_default_data().items()
                    if field.name not in given}
        stored = [field.db_value for field in (*columns, *defaults)]
        for row in rows:
            whole = (*row, *(value() if callable(value) else value
                             for value in defaults.values()))
            ctx._values.extend(store(value) for store, value in zip(stored, whole, strict=True))
        marks = f"({', '.join([ctx.state.param or '?'] * len(stored))})"
        ctx.sql(EnclosedNodeList([*columns, *defaults]))
        return ctx.literal(f" VALUES {', '.join([marks] * len(rows))}")


class Among(Node):
    """The values of an IN, without an object for each: `Noun.id.in_(Among(ids))`."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = list(values)

    def __sql__(self, ctx: Context) -> Context:
        store = ctx.state.converter
        if not self.values:
            return ctx.literal("(NULL)")  # matches nothing; () is a syntax error in PostgreSQL
        ctx._values.extend(map(store, self.values) if store else self.values)
        return ctx.literal(f"({', '.join([ctx.state.param or '?'] * len(self.values))})")


def insert_rows(table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert dicts of a model's fields, those with the same fields in one statement."""
    for given in {tuple(sorted(row)): None for row in rows}:
        alike = [[row[name] for name in given] for row in rows if tuple(sorted(row)) == given]
        for batch in chunked(alike, 50):
            table.insert_many(batch, fields=given).execute()
