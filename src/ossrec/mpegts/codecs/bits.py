"""Read bits, most significant first, and the numbers of H.264 and H.265."""

_MAX_ZEROS = 32  # leading zeros: longer codes do not fit ue(v) of 32 bits


class BitsEnded(Exception):
    """The bits ended inside a value, or are not a valid value."""


class Bits:
    """Reads the bits of a few bytes in order."""

    __slots__ = ("_left", "_value")

    def __init__(self, data: bytes) -> None:
        """Take *data*: a few hundred bytes at most, because the cost of each read grows with the length."""
        self._value = int.from_bytes(data)
        self._left = len(data) * 8

    def read(self, count: int) -> int:
        """Read the next *count* bits as a number, u(n); raises `BitsEnded`."""
        self._left -= count
        if self._left < 0:
            raise BitsEnded
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """Read the next bit, u(1); raises `BitsEnded`."""
        return self.read(1) == 1

    def unsigned(self) -> int:
        """Read an Exp-Golomb number, ue(v) (ITU-T H.264 9.1); raises `BitsEnded`."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > _MAX_ZEROS:
                raise BitsEnded
        return (1 << zeros) - 1 + self.read(zeros)

    def signed(self) -> int:
        """Read a mapped Exp-Golomb number, se(v) (ITU-T H.264 9.1.1); raises `BitsEnded`."""
        number = self.unsigned()
        return (number + 1) // 2 if number % 2 else -(number // 2)
