"""Loader of the catalogues in teamapp/catalog_data/*.csv."""

import csv
from pathlib import Path
from typing import Any

from .. import text
from ..db import transaction
from ..models import CATALOGUES, AccountKind, Language, Obstacle, Procedure, Topic, UnitType

FOLDER = Path(__file__).resolve().parent.parent / "catalog_data"
FILES = {
    UnitType: "unit_types.csv",
    Language: "languages.csv",
    Topic: "topics.csv",
    AccountKind: "account_kinds.csv",
    Obstacle: "obstacles.csv",
    Procedure: "procedures.csv",
}


def load_catalogues() -> dict[str, int]:
    """Insert new rows, update changed ones, delete none; return {file: number of rows}.

    Loading twice changes nothing; a code that is gone from its file stays in the table.
    """
    loaded = {}
    with transaction():
        for model in CATALOGUES:
            rows = read_rows(model)
            kept = [model._meta.fields[name] for name in rows[0] if name != "code"]
            model.insert_many(rows).on_conflict(
                conflict_target=[model.code], preserve=kept).execute()
            loaded[FILES[model]] = len(rows)
    return loaded


def read_rows(model: Any) -> list[dict[str, Any]]:
    """Return a catalogue's rows from its file, in the columns its table has."""
    with open(FOLDER / FILES[model], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_row(model, row) for row in rows]


def _row(model: Any, row: dict[str, str]) -> dict[str, Any]:
    fields = model._meta.fields
    values = {name: _value(fields[name], value) for name, value in row.items() if name in fields}
    if model is Procedure:
        values["search_key"] = text.search_key(row["code"], row["name"],
                                               row["words"].replace(";", " "))
    return values


def _value(field: Any, value: str) -> Any:
    if value == "" and field.null:
        return None
    return {"0": False, "1": True}[value] if field.field_type == "BOOL" else value
