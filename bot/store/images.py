"""Pictures on disk, named by the sha256 of their bytes: images/ab/abcdef….jpg."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from bot.store.sql import write

NEW_SECONDS = 60.0  # between a picture's file and its row
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, slots=True)
class StoredImage:
    """The row of a picture; `size` is in bytes, width and height in pixels."""

    sha256: str
    mime: str
    width: int
    height: int
    size: int


class ImageFiles:
    """The files. A file is whole or absent: written aside, flushed to the disk, then renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str, mime: str) -> Path:
        return self.root / sha256[:2] / (sha256 + SUFFIXES.get(mime, ".bin"))

    def write(self, data: bytes, mime: str) -> str:
        """Keep `data`; the same bytes are kept once. Returns the sha256 in hex."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256, mime)
        if path.exists():
            os.utime(path)  # it is about to be used: see `remove`
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
        return sha256

    def read(self, sha256: str, mime: str) -> bytes:
        return self.path(sha256, mime).read_bytes()

    def remove(self, sha256: str, mime: str) -> bool:
        """Take a file away; False while it is so new that somebody may be about to use it."""
        path = self.path(sha256, mime)
        try:
            if abs(time.time() - path.stat().st_mtime) < NEW_SECONDS:
                return False
            path.unlink()
        except FileNotFoundError:
            pass
        return True

    def clean(self) -> None:
        """Remove what a crash left half written."""
        for part in self.root.glob("*/*.part"):
            part.unlink(missing_ok=True)


def record(db: Database, image: StoredImage) -> None:
    """The row of a picture whose file is there."""
    write(
        db,
        "INSERT OR IGNORE INTO images (sha256, mime, width, height, size) VALUES (?, ?, ?, ?, ?)",
        image.sha256,
        image.mime,
        image.width,
        image.height,
        image.size,
    )


def doom(db: Database, image: StoredImage) -> None:
    """The file of a picture is to be removed unless something uses it after all."""
    write(
        db,
        "INSERT OR IGNORE INTO doomed_images (sha256, mime) VALUES (?, ?)",
        image.sha256,
        image.mime,
    )


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)  # the rename itself must outlive a power cut, too
    finally:
        os.close(handle)
