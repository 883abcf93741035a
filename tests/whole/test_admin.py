"""Nothing that happens to a job or to the worker goes uncounted; health never says ready too early."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import logs, settings
from bot.app import App
from bot.settings import Settings, Web
from bot.store.sql import rows, write
from engine.config import EngineConfig
from engine.jobs import Failed, QueueFull, Refused
from engine.service import LocalEngine
from tests.fakes.local_engine import Watched, edit, question
from tests.whole.chat import Chat, visitor
from tests.whole.photos import small_photo
from tests.whole.process import started
from tests.whole.scrape import health, metrics, until_health


@asynccontextmanager
async def running(folder: Path, admin: settings.Admin | None = None, **config: Any) -> AsyncIterator[App]:
    """A whole bot before the test worker."""
    engine = LocalEngine(
        EngineConfig(editor=str(folder / "journal"), **config), models="tests.fakes.models:load"
    )
    chosen = Settings(
        data_dir=folder / "data",
        web=Web(port=0),
        admin=admin or settings.Admin(port=0),
        discord_token=None,
        telegram_token=None,
    )
    async with App(chosen, engine) as app:
        yield app


def engine_of(app: App) -> LocalEngine:
    assert isinstance(app.engine, LocalEngine)
    return app.engine


def url_of(app: App) -> str:
    assert app.admin is not None
    assert app.admin.url is not None
    return app.admin.url


@asynccontextmanager
async def chatting(app: App) -> AsyncIterator[Chat]:
    async with visitor(app.adapters["web"].url) as chat:  # type: ignore[attr-defined]
        yield chat


async def test_health_while_the_models_load(tmp_path: Path) -> None:
    async with running(tmp_path, dialogue="slow") as app:
        status, said = await until_health(url_of(app), "loading")
        assert status == 503
        assert set(said) == {"state", "detail", "waiting", "running"}
        assert (said["waiting"], said["running"]) == (0, 0)


async def test_health_without_weights(tmp_path: Path) -> None:
    async with running(tmp_path, dialogue="no-weights") as app:
        await engine_of(app).settled()
        status, said = await health(url_of(app))
        assert (status, said["state"]) == (503, "stopped")
        assert "unet/config.json is missing" in said["detail"]
        assert (await metrics(url_of(app)))("engine_state", dialogpaint_engine_state="stopped") == 1


async def test_health_through_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as app:
        status, said = await until_health(url_of(app), "ready")
        assert (status, said["detail"]) == (200, "Ready to pretend.")
        pid = engine_of(app).worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        status, said = await until_health(url_of(app), "restarting")
        assert status == 503
        assert "died" in said["detail"]
        assert (await until_health(url_of(app), "ready"))[0] == 200
        seen = await metrics(url_of(app))
        assert seen("restarts_total", cause="died") == 1
        assert seen("restarts_total", cause="hung") == 0
        assert seen("engine_state", dialogpaint_engine_state="ready") == 1
        assert seen("engine_state", dialogpaint_engine_state="restarting") == 0


async def test_what_people_do_is_counted(tmp_path: Path) -> None:
    async with running(tmp_path) as app, chatting(app) as ann:
        before = await metrics(url_of(app))
        assert before("jobs_total", kind="edit", outcome="done") == 0
        (tmp_path / "go").touch()
        (answer,) = await ann.say(f"edit ask {tmp_path / 'go'}", small_photo())
        assert answer["decision"] == "edit"
        await ann.say("hello")
        seen = await metrics(url_of(app))
        while seen("outbox_replies", platform="web"):  # what was just received is crossed out a moment later
            seen = await metrics(url_of(app))
        assert seen("jobs_total", kind="dialogue", outcome="done") == 2
        assert seen("jobs_total", kind="edit", outcome="done") == 1
        assert seen("dialogue_seconds_count") == 2
        assert seen("edit_seconds_count", editor="diffusion") == 1
        assert seen("step_seconds_count") == 1
        assert seen("batch_size_sum", kind="edit") == 1
        assert seen("wait_seconds_count", kind="dialogue") == 2
        assert seen("wait_seconds_count", kind="edit") == 1
        assert seen("open_jobs", state="queued") == seen("open_jobs", state="running") == 0
        assert seen("outbox_age_seconds", platform="web") == 0


async def test_each_way_to_end_is_counted(tmp_path: Path) -> None:
    async with running(tmp_path, waiting_per_user=3) as app:
        engine = engine_of(app)
        for fault in ("raise", "oom", "cuda"):
            assert isinstance(await engine.run(edit(fault, fault)), Failed)
        assert isinstance(await engine.run(question("dies", "die")), Failed)
        assert isinstance(await engine.run(edit("no", "refuse")), Refused)
        jobs = [Watched(engine, edit(f"e{number}", f"until {tmp_path / 'never'}")) for number in range(3)]
        await jobs[1].stepping()
        seen = await metrics(url_of(app))
        assert (seen("queue_waiting"), seen("queue_running")) == (1, 2)
        with pytest.raises(QueueFull):
            await engine.run(edit("too much"))
        for job in ("e0", "e2"):
            assert engine.cancel(job)
        seen = await metrics(url_of(app))
        assert seen("jobs_total", kind="edit", outcome="failed") == 3
        for cause in ("error", "out_of_memory", "device"):
            assert seen("failures_total", kind="edit", cause=cause) == 1
        assert seen("failures_total", kind="dialogue", cause="died") == 1
        assert seen("failures_total", kind="edit", cause="time_out") == 0
        assert seen("jobs_total", kind="edit", outcome="refused") == 1
        assert seen("jobs_total", kind="edit", outcome="cancelled") == 2
        assert seen("jobs_total", kind="edit", outcome="turned_away") == 1
        assert seen("restarts_total", cause="device") == seen("restarts_total", cause="died") == 1


async def test_a_reply_that_can_t_be_delivered_grows_old(tmp_path: Path) -> None:
    async with running(tmp_path) as app, chatting(app) as ann:
        await ann.say("hello")
        made_old = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 seconds')"
        await app.store.run(
            lambda db: write(
                db, f"UPDATE outbox SET state = 'open', created = {made_old}, changed = {made_old}"
            )
        )
        seen = await metrics(url_of(app))
        assert seen("outbox_replies", platform="web") == 1
        assert seen("outbox_age_seconds", platform="web") >= 90
        assert seen("outbox_replies", platform="telegram") == 0


async def test_a_store_that_can_t_be_read_hides_only_its_own_numbers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as app:
        await engine_of(app).run(question("q"))
        assert "outbox_replies" in await metrics(url_of(app))
        await app.store.run(lambda db: write(db, "ALTER TABLE outbox RENAME TO broken"))
        seen = await metrics(url_of(app))
        assert seen("jobs_total", kind="dialogue", outcome="done") == 1
        assert "outbox_replies" not in seen
        assert "the metrics lack what the store knows" in caplog.text


async def test_a_port_that_is_taken_costs_the_metrics_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        async with running(tmp_path, settings.Admin(port=port)) as app, chatting(app) as ann:
            assert app.admin is not None
            assert app.admin.url is None
            assert f"port {port} on 127.0.0.1 is taken by another program" in caplog.text
            (answer,) = await ann.say("hello")
            assert answer["text"]


async def test_a_host_that_is_none_is_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, settings.Admin(host="203.0.113.7", port=0)) as app:
        assert app.admin is not None
        assert app.admin.url is None
        assert "can't listen on 203.0.113.7" in caplog.text


async def test_switched_off_it_is_not_there(tmp_path: Path) -> None:
    async with running(tmp_path, settings.Admin(enabled=False)) as app:
        assert app.admin is None


async def test_every_line_about_a_job_has_both_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [*root.handlers, handler])
    async with running(tmp_path, dialogue="no-free") as app, chatting(app) as ann:
        await ann.say("edit steps 2", small_photo())
        for wish in ("hello", "edit oom", "edit die", "edit refuse"):
            await ann.say(wish)
        jobs = await app.store.run(lambda db: rows(db, "SELECT id, conversation FROM jobs"))
    owners = {row["id"]: row["conversation"] for row in jobs}
    assert len(owners) == 9
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    named = 0
    for line in lines:
        for job in re.findall(r"[Jj]obs? ([0-9a-z]{16})", line["message"]):
            named += 1
            if line["message"].startswith("The worker"):  # it had them all
                assert job in owners
            else:
                assert (line["job"], line["conversation"]) == (job, owners[job]), line
    assert named > 2 * len(owners)
    said = {line["message"].split(owner)[0] for line in lines for owner in owners}
    assert "memory could not be freed after job " in said, "the worker's own lines are among them"
    delivered = [line for line in lines if line["message"].endswith("delivered")]
    assert {line["job"] for line in delivered} <= set(owners)
    assert {line["conversation"] for line in delivered} == set(owners.values())


@pytest.mark.slow
async def test_the_bot_as_it_is_started_logs_json_and_counts(tmp_path: Path) -> None:
    token = "123456:a-very-secret-token"
    variables = {
        "DIALOGPAINT_LOG_FORMAT": "json",
        "TELEGRAM_TOKEN": token,
        "DIALOGPAINT_TELEGRAM__API_URL": "http://127.0.0.1:9",
    }
    async with started(tmp_path / "data", **variables) as bot, visitor(bot.url) as ann:
        text = bot.log.read_text(encoding="utf-8")
        found = re.search(r"health: (http://\S+)/healthz", text)
        assert found, text
        assert (await until_health(found.group(1), "ready"))[0] == 200
        (answer,) = await ann.say("make it a bit brighter", small_photo())
        assert answer["decision"] == "edit"
        seen = await metrics(found.group(1))
        assert seen("jobs_total", kind="edit", outcome="done") == 1
        assert seen("edit_seconds_count", editor="exact") == 1
        assert await bot.stop() == 0
    text = bot.log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert any("job" in line and "conversation" in line for line in lines)
    assert token not in text
    assert token.split(":")[1] not in text
