"""The admin's list of words that no wish may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


class WordList:
    """Words and phrases, matched as whole words; case and accents make no difference."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._entries = {plain(entry): entry for entry in entries}

    def find(self, text: str) -> str | None:
        """The entry that `text` holds, as the admin wrote it; None if it holds none."""
        words = f" {plain(text)} "
        return next((entry for form, entry in self._entries.items() if f" {form} " in words), None)


def plain(text: str) -> str:
    """The words alone, with one space between them: small letters without accents, no invisible signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in letters if unicodedata.category(sign) not in {"Mn", "Cf"})
    return " ".join(re.findall(r"[^\W_]+", letters.casefold()))
