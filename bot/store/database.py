"""The one database: opened by one process, touched by one thread, changed in whole transactions."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Self, TypeVar

from sqlite_utils import Database

from bot.store.errors import DiskFull, StoreError, explained
from bot.store.images import ImageFiles
from bot.store.migrations import migrations
from bot.store.sql import one, rows, write

log = logging.getLogger(__name__)

T = TypeVar("T")
DATABASE = "dialogpaint.db"  # in the data folder
BUSY_MS = 5000  # an admin's SQLite browser may hold the database for a moment
ROOM_SECONDS = 2.0  # between two tries while the disk is full


class Store:
    """SQLite and the picture files in a data folder. Work is sent to the store's own thread.

    `await store.run(work)` calls `work(db)` there inside one transaction: all of it happens, or nothing.
    While the disk is full, whoever writes waits, and goes on as soon as there is room; `on_full` is called at
    each vain try, in the context of the one who waits.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.files = ImageFiles(data_dir / "images")
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._lock: int | None = None
        self._db: Database | None = None
        self._full = self._closed = False
        self.on_full: Callable[[], None] = lambda: None

    @classmethod
    async def open(cls, data_dir: Path) -> Self:
        """Open or create the store in `data_dir` and bring its tables up to date. Raises `StoreError`."""
        store = cls(data_dir)
        try:
            await store._once(store._open)
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Close the database and let another process have the folder. Safe to call twice."""
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
            self._thread.shutdown()

    async def run(self, work: Callable[[Database], T], *, flush: bool = True, patient: bool = True) -> T:
        """`work(db)` in one transaction, in the store's thread. Raises `StoreError` for disk trouble.

        `flush=False` saves the wait for the disk where nobody was told yet: a power cut may take the
        transaction back (never a part of it, and never one that a flushed one came after), a dying bot not.
        A full disk is waited out, and `work` called once more; it raises, too, if not `patient`.
        """

        def transaction() -> T:
            if self._db is None:
                raise StoreError("The store is not open.")
            write(self._db, f"PRAGMA synchronous = {'full' if flush else 'normal'}")
            with self._db.atomic() as db:
                return work(db)

        return await (self._call(transaction) if patient else self._once(transaction))

    async def keep_image(self, data: bytes, mime: str) -> str:
        """Write a picture's file (once per content) and give its sha256. Its row comes with a transaction."""
        return await self._call(lambda: self.files.write(data, mime))

    async def read_image(self, sha256: str) -> tuple[bytes, str]:
        """Bytes and mime of a kept picture. Raises `StoreError` when its file is missing."""

        def read() -> tuple[bytes, str]:
            row = self._db and one(self._db, "SELECT mime FROM images WHERE sha256 = ?", sha256)
            if not row:
                raise StoreError(f"There is no picture {sha256}.")
            return self.files.read(sha256, row["mime"]), row["mime"]

        return await self._call(read)

    async def remove_doomed(self) -> bool:
        """Remove the files of pictures that nothing uses any more, and what is left in the write-ahead log.

        Whether there are some left that are too new to be removed yet.
        """
        if not await self.run(lambda db: rows(db, "SELECT 1 FROM doomed_images LIMIT 1")):
            return False
        left = await self.run(self._remove_doomed)
        await self._call(lambda: self._db and write(self._db, "PRAGMA wal_checkpoint(TRUNCATE)"))
        return left

    def _remove_doomed(self, db: Database) -> bool:
        left = False
        for row in rows(db, "SELECT sha256, mime FROM doomed_images"):
            sha256 = row["sha256"]
            used = one(db, "SELECT 1 FROM images WHERE sha256 = ?", sha256)
            if used or self.files.remove(sha256, row["mime"]):
                write(db, "DELETE FROM doomed_images WHERE sha256 = ?", sha256)
            else:
                left = True
        return left

    async def _call(self, work: Callable[[], T]) -> T:
        waited = False
        while True:
            try:
                done = await self._once(work)
            except DiskFull as error:
                if not self._full:
                    log.error("%s I wait until there is room, and go on by myself.", error)
                self._full = waited = True
                self.on_full()
                await asyncio.sleep(ROOM_SECONDS)
            else:
                if waited and self._full:
                    self._full = False
                    log.info("There is room on the disk again.")
                return done

    async def _once(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreError("The store is closed.")
        try:
            context = copy_context()  # log lines tell there, too, what they are about
            called = asyncio.get_running_loop().run_in_executor(self._thread, context.run, work)
        except RuntimeError as error:  # the thread takes no more work
            raise StoreError("The store is closed.") from error
        try:
            return await called
        except (sqlite3.OperationalError, sqlite3.DatabaseError, OSError) as error:
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
                raise  # a fault of ours, not of the disk
            raise explained(error, self.data_dir) from error

    def _open(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _lock_folder(self.data_dir)
        db = Database(self.data_dir / DATABASE)
        self._db = db
        write(db, f"PRAGMA busy_timeout = {BUSY_MS}")
        db.enable_wal()
        write(db, "PRAGMA foreign_keys = on")
        write(db, "PRAGMA secure_delete = on")  # what people have deleted is overwritten
        with db.atomic():  # a database that can't be written is refused here, not at the first wish
            write(db, "CREATE TABLE can_write (yes)")
            write(db, "DROP TABLE can_write")
        migrations.apply(db)
        self.files.clean()

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock_folder(folder: Path) -> int:
    """Hold the folder for this process: the kernel lets go of the lock however the process ends."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise StoreError(
            f"Another DialogPaint runs on the data folder {folder}; stop it, or choose another data_dir."
        ) from error
    return handle
