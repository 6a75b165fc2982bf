"""What a script may say to a PostgreSQL that a program of before is using; anything else is refused until it is named here.

A program of before never writes the new column, may read every old one, and must not wait for a table to be rewritten,
looked through or copied.
"""

import re
from collections.abc import Sequence

_CONSTANT = r"(?:'[^']*'|-?\d+|true|false|NULL)"
_MAKES = re.compile(r"CREATE TABLE (\w+)")
_ADDS = re.compile(r"ALTER TABLE (\w+) ADD COLUMN \w+ (.*)", re.DOTALL)
_INDEXES = re.compile(r"CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?\w+ ON (\w+)")
_HARMLESS = (
    re.compile(r"DROP INDEX CONCURRENTLY IF EXISTS \w+"),
    re.compile(r"ALTER TABLE \w+ SET \([\w .,=]+\)"),  # how it is stored and vacuumed
    re.compile(r"(?:SELECT|SET LOCAL) .*", re.DOTALL),
)


def broken(statements: Sequence[str]) -> list[str]:
    """Give what one script's *statements* do that they may not, one line each."""
    made: set[str] = set()
    found = []
    for statement in (" ".join(one.split()) for one in statements):
        if making := _MAKES.match(statement):
            made.add(making[1])
        elif adding := _ADDS.match(statement):
            if adding[1] not in made and not _costs_nothing(adding[2]):
                found.append(f"a column is neither nullable nor given a constant default: {statement}")
        elif indexing := _INDEXES.match(statement):
            if indexing[2] not in made and not indexing[1]:
                found.append(f"an index of an old table keeps writers waiting, use build_index: {statement}")
        elif not any(harmless.fullmatch(statement) for harmless in _HARMLESS):
            found.append(f"not known to be harmless: {statement}")
    return found


def _costs_nothing(column: str) -> bool:
    """Say whether adding *column* changes nothing but the catalogue, and needs nothing of whoever does not know it."""
    plain = r"[A-Z]+(?: PRECISION| VARYING)?(?:\(\d+\))?(?: WITH(?:OUT)? TIME ZONE)?"
    return re.fullmatch(rf"{plain}(?: DEFAULT {_CONSTANT}(?: NOT NULL)?)?", column) is not None
