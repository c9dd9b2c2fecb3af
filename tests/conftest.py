"""Settings of all tests: no user settings, and the same examples of property tests in each run."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.oss_server import OssServer
from tests.running import forget_settings

# No deadline and no check for slow tests: a busy machine is not a fault of the code. The same examples each time, so
# that only a change of the code changes a result; `--search` tries other examples.
settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None
)
settings.load_profile("unhurried")

LONGEST = 600  # seconds for a test, far more than the slowest needs on a busy machine


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "run only the property tests, each with N times as many examples, chosen at random"
    parser.addoption("--search", type=int, default=0, metavar="N", help=words)


def pytest_configure() -> None:
    forget_settings(os.environ)
    # A script that runs the tests in the background makes them ignore Ctrl-C, and all processes that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if times := config.getoption("--search"):
        others = [item for item in items if not _is_property(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _is_property(item)]
        for test in {getattr(item, "obj", None) for item in items}:
            _draw_more(test, times)


def _is_property(item: pytest.Item) -> bool:
    return hasattr(getattr(item, "obj", None), "hypothesis")


def _draw_more(test: Any, times: int) -> None:
    known: settings = test._hypothesis_internal_use_settings  # there is no public way
    test._hypothesis_internal_use_settings = settings(known, max_examples=known.max_examples * times, derandomize=False)


@pytest.fixture(autouse=True)
def limit_the_time_of_a_test(pytestconfig: pytest.Config) -> Iterator[None]:
    """Fail a test that waits forever, and show where it waits."""

    seconds = LONGEST * (pytestconfig.getoption("--search") or 1)

    def fail(*_: object) -> None:
        pytest.fail(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def server() -> Iterator[OssServer]:
    """Run a local OSS server without buckets."""
    with OssServer() as running:
        yield running
