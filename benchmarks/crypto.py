"""Sealing 1 KB and a queue row, beside the bare primitives of `cryptography` over the same bytes."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.measure import Comparison, Effort, cpu_each
from bot.crypto import DataKey, Place, new_pair, new_secret, open_with, seal, seal_to, unseal

_RAW: Final = "cryptography, bare"
_CARNET: Final = "Carnet"
_CELL: Final = os.urandom(1024)
_ROW: Final = os.urandom(400)  # a packed turn
_CONTEXT: Final = b"work:general:tg:1000001:10000000001:1780000000000000"


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU of sealing and opening again."""
    cell = Comparison("seal + unseal 1 KB, CPU", "µs", _RAW)
    box = Comparison("seal to a space + open, 400 bytes, CPU", "µs", _RAW)
    cells, boxes = _cells(), _boxes()
    for _ in range(effort.rounds):
        _round(cell, cells, effort.messages * 20)
        _round(box, boxes, effort.messages * 4)
    return [cell, box]


def _round(comparison: Comparison, subjects: Mapping[str, Callable[[], object]], times: int) -> None:
    for subject, work in subjects.items():
        comparison.add(subject, cpu_each(times, work) * 1e6)


def _cells() -> dict[str, Callable[[], object]]:
    key = DataKey(1, new_secret())
    place = Place(person=uuid4(), table="general_turn", column="body", row=uuid4())
    cipher, context = AESGCM(new_secret()), bytes(60)

    def raw() -> None:
        nonce = os.urandom(12)
        assert cipher.decrypt(nonce, cipher.encrypt(nonce, _CELL, context), context) == _CELL

    def ours() -> None:
        row = Place(person=place.person, table=place.table, column=place.column, row=UUID(int=1))
        assert unseal(key, row, seal(key, row, _CELL)) == _CELL

    return {_RAW: raw, _CARNET: ours}


def _boxes() -> dict[str, Callable[[], object]]:
    private, public = new_pair()
    recipient = X25519PrivateKey.from_private_bytes(private)
    point = recipient.public_key()

    def raw() -> None:
        # What any such box needs: a fresh pair, the secret on both sides, and the bytes both ways.
        ephemeral = X25519PrivateKey.generate()
        sender, receiver = ephemeral.exchange(point), recipient.exchange(ephemeral.public_key())
        nonce = bytes(12)
        assert AESGCM(receiver).decrypt(nonce, AESGCM(sender).encrypt(nonce, _ROW, _CONTEXT), _CONTEXT) == _ROW

    def ours() -> None:
        assert open_with(private, seal_to(public, _ROW, _CONTEXT), _CONTEXT) == _ROW

    return {_RAW: raw, _CARNET: ours}
