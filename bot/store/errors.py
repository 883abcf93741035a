"""Trouble with the disk or the database, as one sentence for the admin."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path


class StoreError(Exception):
    """The store can't be opened or written; the message is one sentence that tells the admin what to do."""


class DiskFull(StoreError):
    """Nothing more can be kept until the admin has made room."""


def explained(error: OSError | sqlite3.Error, folder: Path) -> StoreError:
    """The sentence for what the system or SQLite said about the data folder."""
    said = str(error).lower()
    code = error.errno if isinstance(error, OSError) else None
    if code in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or "disk is full" in said:
        return DiskFull(f"The disk with the data folder {folder} is full; please free some space.")
    if code in {errno.EROFS, errno.EACCES, errno.EPERM} or "readonly" in said:
        return StoreError(f"The data folder {folder} can't be written; check its owner and permissions.")
    if "not a database" in said or "malformed" in said:
        return StoreError(
            f"The database in {folder} is damaged; restore a copy, or move the folder away to start anew."
        )
    return StoreError(f"The data folder {folder} can't be used: {error}.")
