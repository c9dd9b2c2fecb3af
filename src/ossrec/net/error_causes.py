"""The causes of a network error, which the libraries wrap in each other."""

from collections.abc import Iterator


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and every exception that caused it or that it wraps, each once."""
    queue, seen = [error], set[int]()
    while queue:
        current = queue.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        related = [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]
        queue += [other for other in related if isinstance(other, BaseException)]
