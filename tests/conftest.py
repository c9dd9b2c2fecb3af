"""What holds for all tests: nothing of the settings of whoever runs them, the same examples of a property each time."""

import os
import signal
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

LONGEST = 600  # seconds for one test, far more than the slowest needs where all is busy


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "run the property tests alone, each with N times as many examples, drawn anew"
    parser.addoption("--search", type=int, default=0, metavar="N", help=words)


def pytest_configure() -> None:
    forget_settings(os.environ)
    # Who runs the tests in the background of a script has Ctrl-C ignored, for all that they start too.
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
    known: settings = test._hypothesis_internal_use_settings  # nothing public leads there
    test._hypothesis_internal_use_settings = settings(known, max_examples=known.max_examples * times, derandomize=False)


@pytest.fixture(autouse=True)
def hangs_not_for_ever(pytestconfig: pytest.Config) -> Iterator[None]:
    """A test that waits for what never comes fails, and shows where it waits."""

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
    """An OSS with no buckets yet."""
    with OssServer() as running:
        yield running
