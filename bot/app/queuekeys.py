"""The keys of the queue: private ones only of spaces worked here, public ones of every space messages may come for.

A public key comes from the space's own key store, or from whoever can open that store, by the settings. Never from the
main database: whoever writes there could swap it, and read what is sealed to it from then on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.app.part import Intake, Part
from bot.app.stores import Side, SomeStores, open_some
from bot.chat.model import Space
from bot.kernel.clock import Clock
from bot.kernel.errors import SettingsError
from bot.settings import Settings
from bot.storage.keys import KeyStore

SIDES: Final[Mapping[Space, Side]] = {Space.GENERAL: "main", Space.HEALTH: "health"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueKeys:
    """What this process may open of the queue, and what it may seal to."""

    private: Mapping[Space, bytes] = field(repr=False)
    public: Mapping[Space, bytes]


def told(settings: Settings) -> dict[Space, bytes]:
    """Give the public keys the operator handed over."""
    named = {Space.GENERAL: settings.general_public_key, Space.HEALTH: settings.health_public_key}
    return {space: bytes.fromhex(key) for space, key in named.items() if key}


def needed(settings: Settings, part: Part) -> tuple[bool, bool]:
    """Say whether *part* has to open the general keys, and Health's stores."""
    known = told(settings)
    asks = {space for space in part.trusted if part.intake is not Intake.NONE and space not in known}
    # Health's own turns may bring in what somebody said in general, which general keys seal.
    return bool(part.works or Space.GENERAL in asks), Space.HEALTH in part.works | asks


async def queue_keys(settings: Settings, stores: SomeStores, part: Part) -> QueueKeys:
    """Give the keys *part* needs, or one line that says which is missing."""
    public, private = told(settings), dict[Space, bytes]()
    for space, keys in _opened(stores, part.trusted).items():
        _, secret, point = await keys.queue_pair()
        if public.setdefault(space, point) != point:
            raise SettingsError(f"{space}_public_key is not that of the key store opened here: print it again")
        if space in part.works:
            private[space] = secret
    missing = [space for space in Space if space not in public]
    if missing and part.intake is not Intake.NONE:
        raise SettingsError(
            f"{missing[0]}_public_key is missing: set CARNET_{missing[0].upper()}_PUBLIC_KEY_FILE to a file made by "
            f"`carnet keys public --space {missing[0]}` where that space's keys are"
        )
    return QueueKeys(private=private, public=public)


def _opened(stores: SomeStores, trusted: Collection[Space]) -> dict[Space, KeyStore]:
    mine = {Space.GENERAL: stores.main_keys, Space.HEALTH: stores.health_keys}
    return {space: keys for space, keys in mine.items() if keys is not None and space in trusted}


async def public_key(settings: Settings, space: Space, clock: Clock) -> bytes:
    """Give the public key of *space*, from its own key store."""
    health = space is Space.HEALTH
    async with open_some(settings, clock, main_keys=not health, health=health) as stores:
        keys = stores.health_keys if health else stores.main_keys
        if keys is None:
            raise SettingsError(f"the key store of {space} is not open")
        _, _, point = await keys.queue_pair()
    return point
