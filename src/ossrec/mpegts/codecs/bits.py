"""Reads bits, most significant first, and the numbers that H.264 and H.265 write with them."""

_MOST_ZEROS = 32  # before a number's first one: longer codes do not fit ue(v) of 32 bits


class BitsEnded(Exception):
    """The bits ended inside of what was read, or cannot be what they should be."""


class Bits:
    """Bits of some bytes, read from the first on."""

    __slots__ = ("_left", "_value")

    def __init__(self, data: bytes) -> None:
        """Hold *data*: some hundred bytes at most, since each read costs in step with the length."""
        self._value = int.from_bytes(data)
        self._left = len(data) * 8

    def read(self, count: int) -> int:
        """The next *count* bits as a number, u(n); raises `BitsEnded`."""
        self._left -= count
        if self._left < 0:
            raise BitsEnded
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """The next bit, u(1); raises `BitsEnded`."""
        return self.read(1) == 1

    def unsigned(self) -> int:
        """An Exp-Golomb number, ue(v) (ITU-T H.264 9.1); raises `BitsEnded`."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > _MOST_ZEROS:
                raise BitsEnded
        return (1 << zeros) - 1 + self.read(zeros)

    def signed(self) -> int:
        """A mapped Exp-Golomb number, se(v) (ITU-T H.264 9.1.1); raises `BitsEnded`."""
        number = self.unsigned()
        return (number + 1) // 2 if number % 2 else -(number // 2)
