"""Contexts that cannot be confused: each part is length-prefixed, so no two lists of parts give the same bytes."""


def bind(*parts: bytes) -> bytes:
    """Join *parts* injectively; a part is at most 65,535 bytes."""
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)
