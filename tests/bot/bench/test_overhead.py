"""The store that is measured is one that the bot could have left, and no message reads all of it."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from bot.bench import overhead
from bot.bench.filling import PAIRS, fill
from bot.cli import main
from bot.conversation import path
from bot.store import Store, conversations, jobs, turns
from bot.store.sql import one, rows


async def filled(folder: Path, number: int) -> tuple[Store, str]:
    store = await Store.open(folder)
    await store.close()
    ref = fill(folder / "dialogpaint.db", number)
    store = await Store.open(folder)
    conversation = await store.run(lambda db: conversations.find(db, ref))
    assert conversation is not None
    return store, conversation


async def test_what_is_filled_in_is_whole(tmp_path: Path) -> None:
    store, conversation = await filled(tmp_path, 100)

    def look(db: Database) -> None:
        assert rows(db, "PRAGMA foreign_key_check") == []
        assert rows(db, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert one(db, "SELECT count(*) AS n FROM turns") == {"n": 100}
        assert one(db, "SELECT count(*) AS n FROM conversations") == {"n": 50 // PAIRS}
        assert jobs.conversations_with_open_jobs(db) == []
        tree = conversations.load(db, conversation)
        assert len(path(tree)) == (PAIRS + 1) // 2
        newest = rows(db, "SELECT id FROM turns WHERE speaker = 'user' ORDER BY n DESC")[0]["id"]
        assert [turn.speaker for turn in turns.context(db, newest, None, 2)] == ["user", "bot"]

    await store.run(look)
    await store.close()


async def test_every_message_is_answered_and_timed(tmp_path: Path) -> None:
    found = await overhead.measure(20, 6, tmp_path / "not" / "there" / "yet")
    assert (found.turns, len(found.words), len(found.pictures)) == (20, 3, 3)
    assert all(seconds > 0 for seconds in (*found.words, *found.pictures, found.cpu))
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_an_answer_of_another_kind_is_not_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overhead, "QUESTION", "make it red")  # which is answered by a picture
    with pytest.raises(RuntimeError, match="make it red"):
        await overhead.measure(20, 6, tmp_path)


async def test_no_query_of_a_message_looks_at_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said by SQLite itself: "SCAN table" is every row there is; that of a partial index is what is open."""
    plans: dict[str, list[str]] = {}
    real: Callable[..., sqlite3.Connection] = sqlite3.connect

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *params: object) -> sqlite3.Cursor:  # type: ignore[override]
            if sql.split()[0] in {"SELECT", "UPDATE", "DELETE"} and "sqlite_" not in sql and sql not in plans:
                found = super().execute(f"EXPLAIN QUERY PLAN {sql}", *params)  # type: ignore[arg-type]
                plans[sql] = [row[3] for row in found]
            return super().execute(sql, *params)  # type: ignore[arg-type]

    def connect(*args: object, **options: object) -> sqlite3.Connection:
        return real(*args, **(options | {"factory": Watched}))

    monkeypatch.setattr(sqlite3, "connect", connect)
    await overhead.measure(20, 4, tmp_path)
    assert len(plans) > 20
    whole = {
        sql: plan
        for sql, plan in plans.items()
        if any(
            step == "SEARCH turns" or (step.startswith("SCAN") and "USING INDEX" not in step)
            for step in plan
            if step != "SCAN doomed_images"  # all of which is still to be done
        )
    }
    assert whole == {}


async def test_every_flushed_transaction_is_and_no_other(tmp_path: Path) -> None:
    def level(db: Database) -> object:
        return rows(db, "PRAGMA synchronous")[0]["synchronous"]

    store = await Store.open(tmp_path)
    full, normal = 2, 1
    assert [await store.run(level), await store.run(level, flush=False), await store.run(level)] == [
        full,
        normal,
        full,
    ]
    await store.close()


@pytest.mark.slow
def test_the_command_prints_one_json_object_or_a_table(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'data_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    order = ["bench", "--config", str(config), "--only", "store", "--turns", "10", "--messages", "2"]
    printed = CliRunner().invoke(main, [*order, "--json"])
    assert printed.exit_code == 0, printed.output
    result = json.loads(printed.stdout)
    assert [row["turns"] for row in result["store"]] == [10]
    assert {"date", "device", "torch", "dtype", "cores", "load", "goals"} <= set(result)
    assert result["goals"][0]["goal"].startswith("bot + store at 10 turns")
    table = CliRunner().invoke(main, order)
    assert "bot + store at 10 turns ≤ 5.00 ms" in table.stdout


def test_a_database_that_was_filled_can_be_read_by_others(tmp_path: Path) -> None:
    async def make() -> None:
        store, _ = await filled(tmp_path, 40)
        await store.close()

    asyncio.run(make())
    with closing(sqlite3.connect(tmp_path / "dialogpaint.db")) as db:
        assert db.execute("SELECT count(*) FROM recent_failures").fetchone() == (0,)
