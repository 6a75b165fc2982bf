"""Seals values to their cell with whichever key their person has in one store; the version travels in the bytes."""

from uuid import UUID

from bot.crypto import Place, blind_index, seal, unseal, version_of
from bot.storage.keys import KeyStore


class Sealer:
    """One store's seal."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    async def seal(self, place: Place, data: bytes) -> bytes:
        """Seal *data* for exactly *place*, under the person's newest key."""
        return seal(await self._keys.data_key(place.person), place, data)

    async def unseal(self, place: Place, blob: bytes) -> bytes:
        """Open what `seal` made for the same place; every failure is a `CryptoError`, never empty bytes."""
        return unseal(await self._keys.data_key_version(place.person, version_of(blob)), place, blob)

    async def index(self, person: UUID, field: str, value: str) -> bytes:
        """Give a 16-byte fingerprint for equality look-ups; unlinkable between persons and between fields."""
        return blind_index(await self._keys.data_key(person), field, value)
