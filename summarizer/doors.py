"""The sync door: coroutines run on one event loop that lives in a thread of its own.

A client of a model server belongs to one loop; so that it can be used from call to call, the loop
outlives them. A forked process opens its own.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

_opening = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}  # by process


def wait_for(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine from code that is not async; an interrupt cancels it."""
    future = begin(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


def begin(work: Coroutine[Any, Any, Result]) -> Future[Result]:
    """Start a coroutine from code that is not async, to wait for it later."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


def _loop() -> asyncio.AbstractEventLoop:
    with _opening:
        loop = _loops.get(os.getpid())
        if loop is None:
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            thread = threading.Thread(target=loop.run_forever, name="summarizer", daemon=True)
            thread.start()
        return loop
