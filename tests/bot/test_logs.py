"""Every line tells what it is about, in a form that a machine can read; no line is about what came before."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.lanes import Lanes
from bot.logs import JsonLines, TextLines, about
from bot.store import Store


def record(message: str = "edited", *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("bot.work", logging.INFO, __file__, 1, message, args, None)
    made.__dict__.update(more)
    return made


def as_json(line: logging.LogRecord) -> dict[str, str]:
    return json.loads(JsonLines().format(line))


def test_a_line_has_the_ids_of_all_that_it_is_within() -> None:
    with about(event="m1"), about(conversation="c1", event=None):
        with about(job="j1"):
            found = as_json(record("%s in %.1f s", "edited", 1.26))
            assert found == {
                "time": found["time"],
                "level": "INFO",
                "logger": "bot.work",
                "message": "edited in 1.3 s",
                "event": "m1",
                "conversation": "c1",
                "job": "j1",
            }
        assert "job" not in as_json(record())
    assert "conversation" not in as_json(record())


def test_a_worker_s_line_brings_its_job_along() -> None:
    with about(conversation="c1"):
        found = as_json(record(job="j1"))
    assert (found["job"], found["conversation"]) == ("j1", "c1")


def test_text_adds_only_what_the_message_does_not_say() -> None:
    with about(job="j1", conversation="c1"):
        assert (
            TextLines()
            .format(record("job j1 ended"))
            .endswith("INFO bot.work: job j1 ended (conversation c1)")
        )
        assert TextLines().format(record("job j1 of c1 ended")).endswith(": job j1 of c1 ended")
    assert TextLines().format(record()).endswith(": edited")


def test_a_traceback_is_part_of_its_line() -> None:
    try:
        raise ValueError("no such\nthing")
    except ValueError:
        broken = record("it broke")
        broken.exc_info = sys.exc_info()
    assert "\n" not in JsonLines().format(broken)
    assert as_json(broken)["error"].endswith("ValueError: no such\nthing")


@given(st.text(st.characters()), st.text(st.characters(), min_size=1))
def test_any_text_is_one_line_of_json(message: str, job: str) -> None:
    with about(job=job):
        line = JsonLines().format(record("%s", message))
    assert len(line.splitlines()) == 1
    line.encode("ascii")
    assert json.loads(line)["message"] == message
    assert json.loads(line)["job"] == job


async def test_tasks_inherit_what_they_are_about() -> None:
    async def write() -> dict[str, str]:
        await asyncio.sleep(0)
        return as_json(record())

    with about(job="j1"):
        task = asyncio.create_task(write())
    assert (await task)["job"] == "j1"


async def test_the_store_s_thread_knows_what_it_works_for(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    try:
        with about(job="j1"):
            line = await store.run(lambda db: as_json(record()))
        assert line["job"] == "j1"
        assert "job" not in await store.run(lambda db: as_json(record()))
    finally:
        await store.close()


async def test_a_lane_is_about_its_conversation_and_not_about_who_woke_it() -> None:
    lines: list[dict[str, str]] = []

    async def step(key: str) -> bool:
        lines.append(as_json(record()))
        return False

    lanes = Lanes("test", step)
    with about(job="j1", event="m1", conversation="other"):
        lanes.wake("c1")
    await lanes.idle()
    (line,) = lines
    assert line["conversation"] == "c1"
    assert not {"job", "event"} & set(line)
