"""The admin port: /metrics for Prometheus, /healthz for whatever watches the process."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable

from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler

from bot import settings
from bot.metrics import Metrics
from bot.store import Store, StoreError, backlog
from engine.jobs import Status

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 1.0


class Admin:
    """An HTTP server of its own (port 0: any free one; `url` tells which)."""

    def __init__(
        self, where: settings.Admin, metrics: Metrics, status: Callable[[], Status], store: Store
    ) -> None:
        self._host, self._port = where.host, where.port
        self._metrics, self._status, self._store = metrics, status, store
        self._expose = make_aiohttp_handler(metrics.registry)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str | None:
        """None while it does not run."""
        if self._runner is None:
            return None
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._runner.addresses[0][1]}"

    async def start(self) -> None:
        """People are served without it: a port that can't be had is a line in the log."""
        app = web.Application()
        app.add_routes([web.get("/metrics", self._show_metrics), web.get("/healthz", self._show_health)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            log.error("No metrics and no health check: %s", self._why_not(error))
            return
        self._runner = runner
        log.info("metrics: %s/metrics, health: %s/healthz", self.url, self.url)

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _show_metrics(self, request: web.Request) -> web.StreamResponse:
        try:
            undone = await self._store.run(backlog.read)
        except StoreError as error:
            log.warning("the metrics lack what the store knows: %s", error)
            undone = None
        self._metrics.show(self._status(), undone)
        return await self._expose(request)

    async def _show_health(self, request: web.Request) -> web.Response:
        status = self._status()
        body = {
            "state": status.state,
            "detail": status.detail,
            "waiting": status.waiting,
            "running": status.running,
        }
        return web.json_response(body, status=200 if status.state == "ready" else 503)

    def _why_not(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"port {self._port} on {self._host} is taken by another program: stop that one, "
                "or set another port under [admin] in config.toml."
            )
        return f"the admin port can't listen on {self._host}, port {self._port}: {error.strerror or error}."
