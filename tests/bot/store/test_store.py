"""A transaction is never half there, two bots never share a data folder, and a picture never changes."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.store import Store, StoreError, conversations
from bot.store.errors import explained
from bot.store.migrations import migrations
from bot.store.sql import one, rows, write
from tests.bot.world import HERE, png


async def test_migrations_run_once_and_the_store_opens_again(tmp_path: Path) -> None:
    for _ in range(2):
        store = await Store.open(tmp_path)
        applied = await store.run(migrations.applied)
        names = [step.name[:4] for step in applied]
        assert names == [f"m{n:03}" for n in range(1, 16)]
        await store.close()


async def test_moves_made_before_a_jump_was_known_are_kept(tmp_path: Path) -> None:
    db = Database(tmp_path / "dialogpaint.db")
    migrations.apply(db, stop_before="m009_jumps")
    conversation = "c"  # by plain SQL: the code of today wants the tables of today
    fields = "id, platform, space, owner"
    write(db, f"INSERT INTO conversations ({fields}) VALUES (?, 'web', 'room', 'ann')", conversation)
    write(db, "INSERT INTO images (sha256, mime, width, height, size) VALUES ('i', 'image/png', 1, 1, 1)")
    for version in ("a", "b"):
        fields = "id, conversation, image, requester"
        write(db, f"INSERT INTO versions ({fields}) VALUES (?, ?, 'i', 'ann')", version, conversation)
    fields = 'conversation, kind, target, "start", "end", user_id'
    write(db, f"INSERT INTO undos ({fields}) VALUES (?, 'undo', 'b', 'b', 'a', 'ann')", conversation)
    before = rows(db, "SELECT * FROM undos")
    db.close()
    store = await Store.open(tmp_path)
    assert await store.run(lambda db: rows(db, "SELECT * FROM undos")) == before != []
    await store.close()


async def test_groups_are_noted_for_conversations_that_tell_theirs(tmp_path: Path) -> None:
    db = Database(tmp_path / "dialogpaint.db")
    migrations.apply(db, stop_before="m011_servers_and_groups")
    for number, (platform, space) in enumerate((("telegram", "-5"), ("telegram", "5"), ("discord", "7"))):
        values = (str(number), platform, space)
        write(db, "INSERT INTO conversations (id, platform, space, owner) VALUES (?, ?, ?, 'ann')", *values)
    db.close()
    store = await Store.open(tmp_path)
    found = await store.run(lambda db: rows(db, "SELECT group_id FROM conversations ORDER BY id"))
    assert [row["group_id"] for row in found] == ["-5", None, None]
    await store.close()


async def test_the_database_keeps_its_promises(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)

    def facts(db: Database) -> list[object]:
        names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        return [next(iter(rows(db, f"PRAGMA {name}")[0].values())) for name in names]

    assert await store.run(facts) == ["wal", 1, 2, 5000]
    orphan = "INSERT INTO versions (id, conversation, image, requester) VALUES ('v', 'none', 'none', 'ann')"
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await store.run(lambda db: write(db, orphan))
    await store.close()


async def test_views_can_be_read(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    views = ("conversation_overview", "open_jobs", "recent_failures", "training_turns", "training_names")
    for view in views:
        assert await store.run(lambda db, view=view: rows(db, f"SELECT * FROM {view}")) == []
    await store.close()


async def test_what_is_cut_off_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)

    def half(db: Database) -> None:
        conversations.ensure(db, HERE, "ann")
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        await store.run(half)
    assert await store.run(lambda db: conversations.find(db, HERE)) is None
    await store.close()


async def test_a_second_bot_is_refused_with_a_sentence(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    with pytest.raises(StoreError, match="Another DialogPaint runs on the data folder"):
        await Store.open(tmp_path)
    await store.close()
    await (await Store.open(tmp_path)).close()


async def test_a_folder_that_can_not_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="can't be used"):
        await Store.open(tmp_path / "file")


async def test_a_damaged_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "dialogpaint.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="damaged"):
        await Store.open(tmp_path)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "is full"),
        (sqlite3.OperationalError("database or disk is full"), "is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "can't be written"),
        (PermissionError(errno.EACCES, "Permission denied"), "can't be written"),
    ],
)
def test_trouble_with_the_disk_is_explained(error: OSError | sqlite3.Error, says: str) -> None:
    assert says in str(explained(error, Path("data")))


async def test_a_full_disk_in_the_middle_of_work_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.run(lambda db: rows(db, "PRAGMA max_page_count = 1"))  # SQLite's own way to a full disk

    def much(db: Database) -> None:
        for number in range(100):
            write(
                db,
                "INSERT INTO telegram_updates (update_id, payload) VALUES (?, ?)",
                number,
                "x" * 10_000,
            )

    with pytest.raises(StoreError, match="is full"):
        await store.run(much, patient=False)
    assert await store.run(lambda db: one(db, "SELECT * FROM telegram_updates")) is None
    await store.close()


async def test_a_closed_store_says_so_and_closes_twice(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match=r"^The store is closed\.$"):
        await store.run(lambda db: rows(db, "SELECT * FROM versions"))
    again = await Store.open(tmp_path)  # the folder was let go of
    await again.close()


async def test_the_same_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    data = png()
    first, second = await store.keep_image(data, "image/png"), await store.keep_image(data, "image/png")
    assert first == second == hashlib.sha256(data).hexdigest()
    (file,) = [path for path in (tmp_path / "images").rglob("*") if path.is_file()]
    assert file.relative_to(tmp_path / "images").as_posix() == f"{first[:2]}/{first}.png"
    assert file.read_bytes() == data
    await store.close()


async def test_a_half_written_picture_is_never_taken_for_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await Store.open(tmp_path)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("bot.store.images.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.files.write(png(), "image/png")
    assert [path for path in (tmp_path / "images").rglob("*") if path.is_file()] == []
    left = tmp_path / "images" / "ab" / "abc.part"
    left.parent.mkdir()
    left.write_bytes(b"half")
    await store.close()
    store = await Store.open(tmp_path)
    assert not left.exists()
    await store.close()
