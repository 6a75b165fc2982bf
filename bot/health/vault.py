"""Health's own seal: one instance over the health keys, and JSON in and out. Nothing else unseals a health row."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from bot.crypto import Place
from bot.kernel.ids import PersonId
from bot.storage.sealing import Sealer


class Vault:
    """Seals a person's health values in place: bound to person, table, column, row and key version."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def seal(self, person: PersonId, table: Table, row: UUID, data: bytes, *, column: str = "body") -> bytes:
        """Seal *data* for exactly one cell."""
        return await self._sealer.seal(_cell(person, table, row, column), data)

    async def unseal(self, person: PersonId, table: Table, row: UUID, blob: bytes, *, column: str = "body") -> bytes:
        """Open what `seal` made for that same cell; anything else is an `UnsealError`."""
        return await self._sealer.unseal(_cell(person, table, row, column), blob)

    async def seal_json(
        self, person: PersonId, table: Table, row: UUID, values: Mapping[str, Any], *, column: str = "body"
    ) -> bytes:
        """Seal a JSON object."""
        data = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        return await self.seal(person, table, row, data, column=column)

    async def unseal_json(
        self, person: PersonId, table: Table, row: UUID, blob: bytes, *, column: str = "body"
    ) -> dict[str, Any]:
        """Open a JSON object."""
        opened: dict[str, Any] = json.loads(await self.unseal(person, table, row, blob, column=column))
        return opened

    async def index(self, person: PersonId, field: str, value: str) -> bytes:
        """Give a keyed 16-byte index for equality look-ups; unlinkable between persons."""
        return await self._sealer.index(person, field, value)


def _cell(person: PersonId, table: Table, row: UUID, column: str) -> Place:
    return Place(person=person, table=table.name, column=column, row=row)
