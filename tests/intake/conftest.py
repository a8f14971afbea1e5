"""What the listeners' tests share; sink and quarantine are those of ``rehearsal``."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[None]], None]:
    """Runs a test's coroutine, in the standard loop and in uvloop."""
    if request.param == "uvloop":
        factory = pytest.importorskip("uvloop").new_event_loop
    else:
        factory = asyncio.new_event_loop

    def runs(test: Awaitable[None]) -> None:
        async def whole() -> None:
            await test

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(whole())

    return runs
