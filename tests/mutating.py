"""Bytes broken at random, in the ways that any file is; the same seed breaks the same."""

from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytes, Random], bytes]


def mutate(data: bytes, random: Random, mutations: Sequence[Mutation]) -> bytes:
    """*data* after one to four mutations."""
    for _ in range(random.randint(1, 4)):
        data = random.choice(mutations)(data, random)
    return data


def flip_bytes(data: bytes, random: Random, counts: Sequence[int]) -> bytes:
    """*data* with so many bytes overwritten."""
    raw = bytearray(data)
    for _ in range(min(len(raw), random.choice(counts))):
        raw[random.randrange(len(raw))] = random.randrange(256)
    return bytes(raw)
