"""How far a download from the Hub is, in sentences. Imports tqdm, as the Hub's own client does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tqdm import tqdm

SECONDS = 10.0
"""Between two sentences: they go to the log and to /healthz."""


def told(repo: str, say: Callable[[str], None]) -> type[tqdm]:
    """A progress bar for `huggingface_hub` that draws nothing and says how many of the bytes are there."""

    class Told(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options | {"mininterval": SECONDS, "miniters": 1})

        def display(self, msg: str | None = None, pos: int | None = None) -> None:
            if self.unit == "B" and self.total and self.n:
                say(f"Downloading {repo}: {self.n / 1e6:.0f} of {self.total / 1e6:.0f} MB.")

        def close(self) -> None:
            self.disable = True  # or it would write an end of line

    return Told
