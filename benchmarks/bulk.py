"""Puts very many rows into a table, without the care the product takes with each."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url

_AT_ONCE: Final = 50_000  # rows of a transaction

Values = tuple[Any, ...]


def fill(url: str, table: Table, rows: Iterable[dict[str, Any]], *, last_id: int = 0) -> None:
    """Insert *rows*, which all have the same columns; the ids the database gives later follow *last_id*."""
    coming = iter(rows)
    first = next(coming, None)
    if first is None:
        return
    values = (tuple(row.values()) for row in chain([first], coming))
    if url.startswith("sqlite"):
        _sqlite(str(make_url(url).database), table, list(first), values)
    else:
        _postgresql(url.replace("postgresql+psycopg://", "postgresql://"), table, list(first), values, last_id)


def _sqlite(path: str, table: Table, columns: Sequence[str], rows: Iterator[Values]) -> None:
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  (names of ours)
    dialect = sqlite.dialect()
    written = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
    ready = (
        tuple(value if write is None else write(value) for write, value in zip(written, row, strict=True))
        for row in rows
    )
    connection = sqlite3.connect(path)
    try:
        while some := list(islice(ready, _AT_ONCE)):
            with connection:
                connection.executemany(statement, some)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _postgresql(url: str, table: Table, columns: Sequence[str], rows: Iterator[Values], last_id: int) -> None:
    name = sql.Identifier(table.name)
    copied = sql.SQL("COPY {} ({}) FROM STDIN").format(name, sql.SQL(", ").join(map(sql.Identifier, columns)))
    with psycopg.connect(url) as connection:
        with connection.cursor().copy(copied) as copy:
            for row in rows:
                copy.write_row(row)
        if last_id:
            connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table.name, last_id))
        connection.commit()
        connection.autocommit = True
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(name))
