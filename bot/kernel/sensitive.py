"""A wrapper for anything a person said, sent or was told: it does not print, format, compare loudly or pickle."""

from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")


class Sensitive(Generic[T]):
    """Holds a value that only `reveal` gives back; auditors grep for that word."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Give the value. The caller now answers for where it goes."""
        return self._value

    def __repr__(self) -> str:
        return "Sensitive(...)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "Sensitive(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sensitive) and bool(self._value == other._value)

    def __hash__(self) -> int:
        return hash(("Sensitive", self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("Sensitive values are not pickled")
