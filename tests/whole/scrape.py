"""What Prometheus and a watchdog read from the admin port of a running bot."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from tests.whole.chat import PATIENCE


class Scrape:
    """One look at /metrics. `seen("jobs_total", kind="edit")` is a value; KeyError for what is not there."""

    def __init__(self, text: str) -> None:
        self._values = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float:
        return self._values[f"dialogpaint_{name}", frozenset(labels.items())]

    def __contains__(self, name: str) -> bool:
        return any(found == f"dialogpaint_{name}" for found, _ in self._values)


async def metrics(url: str | None) -> Scrape:
    async with ClientSession() as http, http.get(f"{url}/metrics") as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        return Scrape(await response.text())


async def health(url: str | None) -> tuple[int, dict[str, Any]]:
    async with ClientSession() as http, http.get(f"{url}/healthz") as response:
        return response.status, await response.json()


async def until_health(url: str | None, state: str) -> tuple[int, dict[str, Any]]:
    """Ask until the state is this one."""
    async with asyncio.timeout(PATIENCE):
        while (found := await health(url))[1]["state"] != state:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found
