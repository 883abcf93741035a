"""What a fault has left behind: the same questions to the store on every platform."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlite_utils import Database

from bot.store import Store
from bot.store.sql import rows

PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Books:
    """How many events were taken, and how many jobs and replies there are in each state."""

    events: int = 0
    jobs: dict[str, int] = field(default_factory=dict[str, int])
    replies: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def at_rest(self) -> bool:
        return not {"queued", "running"} & self.jobs.keys() and not {"open", "sending"} & self.replies.keys()


async def books(store: Store) -> Books:
    def count(db: Database) -> Books:
        def states(table: str, column: str) -> dict[str, int]:
            return {
                row["s"]: row["n"]
                for row in rows(db, f"SELECT {column} s, count(*) n FROM {table} GROUP BY 1")
            }

        taken = rows(db, "SELECT count(*) n FROM ledger WHERE outcome <> 'ignored'")[0]["n"]
        return Books(taken, states("jobs", "state"), states("outbox", "state"))

    return await store.run(count)


async def at_rest(store: Store) -> Books:
    """Wait until nothing is to be done or said any more; what was written then."""
    found = Books()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while not (found := await books(store)).at_rest:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            return found
    pytest.fail(f"there is something left to do: {found}")


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that nobody tells."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
