"""Conditions on the rows of the queue that partial indexes answer.

Written out, not bound: SQLite uses such an index only for the very words it was made with.
"""

from typing import Final

from sqlalchemy import literal_column

from bot.storage.schema import work

UNFINISHED: Final = work.c.state.in_((literal_column("'pending'"), literal_column("'answered'")))
DEAD: Final = work.c.state == literal_column("'dead'")
