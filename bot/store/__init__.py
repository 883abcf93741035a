"""The only truth: one SQLite database and the picture files beside it."""

from bot.store.database import DATABASE, Store
from bot.store.doors import StoredDirectory, StoredJournal, StoredTranscript
from bot.store.errors import StoreError

__all__ = ["DATABASE", "Store", "StoreError", "StoredDirectory", "StoredJournal", "StoredTranscript"]
