"""Files too large for the queue: a link each, and a sealed file in a folder beside the databases.

Whoever writes them needs no key that opens anything; whoever reads them holds the private key of their space.
"""

from bot.storage.uploads.folder import CHUNK, FileGoneError, FolderFullError, LockedError, SealedFolder
from bot.storage.uploads.head import Head, open_head, seal_head
from bot.storage.uploads.tickets import Ticket, Tickets

__all__ = [
    "CHUNK",
    "FileGoneError",
    "FolderFullError",
    "Head",
    "LockedError",
    "SealedFolder",
    "Ticket",
    "Tickets",
    "open_head",
    "seal_head",
]
