"""Work that runs beside a block, and ends it when it dies: a deaf process helps nobody."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager


@asynccontextmanager
async def background(*works: Coroutine[None, None, None]) -> AsyncIterator[Sequence[asyncio.Task[None]]]:
    """Run *works* beside the block; one that dies ends the block with its error. What still runs at its end is cancelled.

    Not a TaskGroup: it would wrap what the block itself raises, which callers know by its type.
    """
    block, died = asyncio.current_task(), list[BaseException]()

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and block is not None:
            died.append(error)
            block.cancel()

    tasks = [asyncio.create_task(work) for work in works]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield tasks
    except asyncio.CancelledError:
        if died:
            raise died[0] from None
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
