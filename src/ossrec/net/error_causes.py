"""What lies behind a network error: the libraries wrap one in the other."""

from collections.abc import Iterator


def causes(error: BaseException) -> Iterator[BaseException]:
    """*error* and all that it says came before it, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        related = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        waiting += [other for other in related if isinstance(other, BaseException)]
