"""Who our persons are, for b.well: a pseudonym each, in ID tokens that it checks with the keys we publish.

Partner only. A Telegram id never leaves: the subject is keyed, and another one in every installation.
"""

from datetime import timedelta
from typing import Final

from bot.crypto import SigningKey
from bot.kernel.clock import Clock

_LIFE: Final = timedelta(minutes=5)


class Issuer:
    """Signs for one installation, whose address names it."""

    def __init__(self, address: str, key: SigningKey, clock: Clock) -> None:
        self.address = address
        self._key = key
        self._clock = clock

    def id_token(self, subject: str, audience: str) -> str:
        """Say who *subject* is; nothing else about them."""
        now = self._clock()
        return self._key.sign(
            {
                "iss": self.address,
                "sub": subject,
                "aud": audience,
                "iat": int(now.timestamp()),
                "exp": int((now + _LIFE).timestamp()),
            }
        )
