"""Random mutations of bytes, as they happen to any file; the same seed gives the same mutations."""

from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytes, Random], bytes]


def mutate(data: bytes, random: Random, mutations: Sequence[Mutation]) -> bytes:
    """Return *data* after one to four mutations."""
    for _ in range(random.randint(1, 4)):
        data = random.choice(mutations)(data, random)
    return data


def flip_bytes(data: bytes, random: Random, counts: Sequence[int]) -> bytes:
    """Return *data* with a random number of bytes, one of *counts*, overwritten."""
    raw = bytearray(data)
    for _ in range(min(len(raw), random.choice(counts))):
        raw[random.randrange(len(raw))] = random.randrange(256)
    return bytes(raw)
