"""Words of everyday French and English that stand one letter from a word of the rules, and mean something else."""

from typing import Final

COMMON: Final = frozenset([])
