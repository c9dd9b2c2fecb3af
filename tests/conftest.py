"""What holds for all tests: nothing of the settings of whoever runs them, the same examples of a property each time."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.oss_server import OssServer
from tests.running import forget_settings

# No deadline, and no check of the pace: a busy machine is no fault of the code. The same examples each time, so
# that a change is judged by what it changed; `--search` looks for others.
settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None
)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--search", type=int, default=0, metavar="N", help="draw N times as many examples of each property, anew"
    )


def pytest_configure() -> None:
    forget_settings(os.environ)


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    if times := config.getoption("--search"):
        for test in {item.obj for item in items if hasattr(item.obj, "hypothesis")}:
            _search(getattr(test, "__func__", test), times)


def _search(test: Any, times: int) -> None:
    known: settings = test._hypothesis_internal_use_settings
    test._hypothesis_internal_use_settings = settings(known, max_examples=known.max_examples * times, derandomize=False)


@pytest.fixture
def server() -> Iterator[OssServer]:
    """An OSS with no buckets yet."""
    with OssServer() as running:
        yield running
