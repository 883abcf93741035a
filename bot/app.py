"""The composition root: settings in, one running bot out. Only this and bot/cli.py see all houses."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from bot import allocator, logs, views
from bot.admin import Admin
from bot.director import Director
from bot.doctor import Finding
from bot.events import Platform
from bot.metrics import Metrics
from bot.ports import Adapter, AdapterError
from bot.settings import Settings
from bot.store import DATABASE, Store, StoredDirectory, StoredJournal, StoredTranscript, StoreError
from engine.config import EngineConfig
from engine.jobs import Engine
from engine.service import LocalEngine

log = logging.getLogger(__name__)


class StartError(Exception):
    """The bot can't start; the message is one sentence for the admin."""


class App:
    """A running bot: the store, the engine, the director, and every adapter that has what it needs.

    `adapters` holds those that run; `off` says in a few words about each other one why not. `admin` is None
    where it is switched off.
    """

    def __init__(self, settings: Settings, engine: Engine | None = None) -> None:
        self.settings = settings
        self.engine: Engine = engine or build_engine(settings)
        self.adapters: dict[Platform, Adapter] = {}
        self.off: list[str] = []
        self.metrics = Metrics()
        self.engine.observe(self.metrics)
        self.admin: Admin | None = None
        self.store: Store
        self.director: Director

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the store, start engine and adapters. Raises `StartError`, leaving nothing running."""
        try:
            self.store = await Store.open(self.settings.data_dir)
        except StoreError as error:
            raise StartError(str(error)) from error
        await self.engine.start()
        if self.settings.admin.enabled:
            self.admin = Admin(self.settings.admin, self.metrics, self.engine.status, self.store)
            await self.admin.start()
        self.director = Director(self.store, self.engine, self.settings, self.adapters)
        await self.director.start()
        await asyncio.gather(*(self._bring_up(*builder) for builder in self._builders()))
        if not self.adapters:
            await self.stop()
            raise StartError("Nothing is switched on: " + "; ".join(self.off) + ".")

    async def stop(self) -> None:
        """Stop in the order in which nothing is lost: work first, while sends still have a door."""
        doors = [adapter.stop for adapter in self.adapters.values()]
        admin = [self.admin.stop] if self.admin is not None else []
        for step in (self.director.stop, *doors, self.engine.stop, *admin, self.store.close):
            try:
                await step()
            except Exception:
                log.exception("could not stop cleanly")

    async def _bring_up(self, name: str, build: Callable[[], Adapter]) -> None:
        try:
            adapter = build()
            # Events may arrive before `start` returns, and their answers need the adapter.
            self.adapters[adapter.platform] = adapter
            await adapter.start()
        except AdapterError as error:
            self.adapters.pop(_platform(name), None)
            self.off.append(f"{name}: {error}".rstrip("."))
            log.error("%s does not start: %s", name, error)
        else:
            await self.director.courier.resume(adapter.platform)

    def _builders(self) -> list[tuple[str, Callable[[], Adapter]]]:
        """The adapters to start; notes in `off` those that are not switched on."""
        builders: list[tuple[str, Callable[[], Adapter]]] = []
        if self.settings.web.enabled:
            builders.append(("Web chat", self._web))
        else:
            self.off.append("Web chat: web.enabled is false")
        if self.settings.discord_token is not None:
            builders.append(("Discord", self._discord))
        else:
            self.off.append("Discord: no DISCORD_TOKEN")
        if self.settings.telegram_token is not None:
            builders.append(("Telegram", self._telegram))
        else:
            self.off.append("Telegram: no TELEGRAM_TOKEN")
        return builders

    def _web(self) -> Adapter:
        from adapters.web.adapter import WebAdapter

        web, limits = self.settings.web, self.settings.limits
        return WebAdapter(
            host=web.host,
            port=web.port,
            undo_emoji=web.undo_emoji,
            max_upload_bytes=int(limits.upload_mb * 1e6),
            wish_characters=limits.wish_characters,
            transcript=StoredTranscript(self.store),
            handler=self.director.handle,
            health=self.health,
        )

    def _discord(self) -> Adapter:
        from adapters.discord.adapter import DiscordAdapter

        discord, token = self.settings.discord, self.settings.discord_token
        assert token is not None
        return DiscordAdapter(
            token.get_secret_value(),
            self.director.handle,
            StoredDirectory(self.store),
            partial(views.choices, self.store),
            undo_emoji=discord.undo_emoji,
            message_content=discord.message_content,
            threads=discord.threads,
            thread_archive_minutes=discord.thread_archive_minutes,
            answer_missed_hours=self.settings.limits.answer_missed_hours,
            max_download=int(self.settings.limits.upload_mb * 1e6),
        )

    def _telegram(self) -> Adapter:
        from adapters.telegram.adapter import TelegramAdapter
        from adapters.telegram.webhook import WebhookAddress, kept_secret

        telegram, token = self.settings.telegram, self.settings.telegram_token
        assert token is not None
        webhook = None
        if telegram.webhook_url is not None:
            given = self.settings.telegram_webhook_secret
            secret = given.get_secret_value() if given else kept_secret(self.settings.data_dir)
            webhook = WebhookAddress(
                telegram.webhook_url, telegram.webhook_host, telegram.webhook_port, secret
            )
        return TelegramAdapter(
            token.get_secret_value(),
            self.director.handle,
            StoredJournal(self.store),
            StoredDirectory(self.store),
            undo_emoji=telegram.undo_emoji,
            api_url=telegram.api_url,
            local_server=telegram.local_server,
            album_seconds=telegram.album_seconds,
            answer_missed_hours=self.settings.limits.answer_missed_hours,
            webhook=webhook,
        )

    def health(self) -> dict[str, object]:
        """What /healthz says."""
        status = self.engine.status()
        return {
            "ok": status.state == "ready",
            "engine": status.state,
            "detail": status.detail,
            "waiting": status.waiting,
            "running": status.running,
            "platforms": sorted(self.adapters),
        }

    def summary(self) -> str:
        """The one line for the admin: where the web chat is, what runs besides, and what is off."""
        web: Any = self.adapters.get("web")
        parts = [f"Web chat: {web.url}"] if web is not None else []
        parts += [f"{name.capitalize()}: on" for name in sorted(self.adapters) if name != "web"]
        return "DialogPaint is up. " + " · ".join([*parts, *self.off])


def _platform(name: str) -> Platform:
    platforms: dict[str, Platform] = {"Web chat": "web", "Discord": "discord", "Telegram": "telegram"}
    return platforms[name]


def build_engine(settings: Settings) -> LocalEngine:
    """The engine that the settings describe, not started."""
    return LocalEngine(engine_config(settings))


def engine_config(settings: Settings) -> EngineConfig:
    """The settings as the engine wants them."""
    engine, limits = settings.engine, settings.limits
    return EngineConfig(
        device=engine.device,
        dialogue=engine.dialogue,
        dialogue_revision=engine.dialogue_revision,
        editor=engine.editor,
        editor_revision=engine.editor_revision,
        safety_checker=settings.safety.checker,
        safety_checker_revision=settings.safety.checker_revision,
        preset=engine.preset,
        scheduler=engine.scheduler,
        steps=engine.steps,
        text_guidance=engine.text_guidance,
        image_guidance=engine.image_guidance,
        soft_seconds=engine.soft_seconds,
        hard_seconds=engine.hard_seconds,
        edits_at_once=engine.edits_at_once,
        waiting_per_user=limits.waiting_per_user,
        waiting_per_group=limits.waiting_per_group,
        waiting_in_all=limits.waiting_in_all,
    )


def engine_findings(settings: Settings) -> list[Finding]:
    """What `doctor` says of device and weights; loads torch."""
    from engine import device, sources
    from engine.errors import DeviceError, WeightsError

    findings: list[Finding] = []
    try:
        findings.append(Finding("device", "good", f"models run on {device.choose(settings.engine.device)}."))
    except DeviceError as error:
        findings.append(Finding("device", "wrong", str(error)))
    wanted: list[tuple[sources.Kind, str, str | None]] = [
        ("dialogue", settings.engine.dialogue, settings.engine.dialogue_revision),
        ("editor", settings.engine.editor, settings.engine.editor_revision),
    ]
    for kind, source, revision in wanted:
        try:
            folder = sources.resolve(kind, source, revision)
        except WeightsError as error:
            findings.append(Finding(f"{kind} weights", "wrong", str(error)))
        else:
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            findings.append(Finding(f"{kind} weights", "good", f"{source}, {size / 1e6:.0f} MB in {folder}."))
    return [*findings, safety_finding(settings)]


def safety_finding(settings: Settings) -> Finding:
    """Which safety checks are active."""
    from engine import sources
    from engine.errors import WeightsError

    safety = settings.safety
    try:
        folder = sources.resolve_checker(engine_config(settings))
    except WeightsError as error:
        return Finding("safety check", "wrong", str(error))
    if folder is not None:
        pictures = f"pictures are checked by the Stable Diffusion safety checker in {folder}"
        if safety.skip_age_restricted:
            pictures += ", except in age-restricted Discord channels"
    elif safety.checker == "off":
        pictures = 'pictures are not checked (safety.checker = "off")'
    else:
        pictures = "pictures are not checked, as the editor's weights bring no checker (see safety.checker)"
    wishes = f"the word list holds {len(safety.words)}" if safety.words else "the word list is empty"
    return Finding("safety check", "good" if folder else "note", f"{pictures}; {wishes}.")


def ratings_finding(settings: Settings) -> Finding:
    """When people are asked for stars, and what the stars say so far. The bot may run meanwhile."""
    from bot import satisfaction
    from engine.bot_database import reading

    asked = f'ratings.ask = "{settings.ratings.ask}"'
    database = settings.data_dir / DATABASE
    if not database.is_file():
        return Finding("ratings", "good", f"{asked}; the bot has not run here.")
    try:
        with reading(database) as db:
            found = satisfaction.in_short(satisfaction.report(db))
    except ValueError as error:
        return Finding("ratings", "note", f"{asked}; the ratings can't be read: {error}")
    return Finding("ratings", "good", f"{asked}; {found}.")


async def run(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises `StartError`."""
    allocator.give_back_what_is_freed()
    logs.set_up(settings.log_level, settings.log_format)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with App(settings) as app:
        print(app.summary(), flush=True)
        await stop.wait()
        log.info("stopping")
