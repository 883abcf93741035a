"""Keeps every answer that was paid for on disk, so that no run pays for it again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.dialogue.building.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion. `cut_off`: the model ran into its limit; the tokens are as the endpoint counted them."""

    text: str
    cut_off: bool
    tokens_in: int
    tokens_out: int


def fingerprint(model: str, settings: Mapping[str, Any], prompt: Prompt) -> str:
    """What an answer is kept under: everything that decides what it may be."""
    said = json.dumps([model, settings, prompt.messages()], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


class Answers:
    """A folder with one file for each answer. A write is whole or not there, whenever the power goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Answer | None:
        try:
            return Answer(**json.loads(self._path(key).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):  # a broken disk, or a hand that edited it: ask again
            return None

    def put(self, key: str, answer: Answer) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(asdict(answer), ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
