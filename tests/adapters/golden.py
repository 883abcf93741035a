"""Golden payloads: what a platform sends, word for word, and beside it the bot's events that come of it.

`NAME.json` holds the payloads in the platform's own form, and the page of its documentation that they were
written from; `NAME.events.json` holds the events, without the fields that have their default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from bot.events import InboundEvent

_MADE_UP = re.compile(r"^(reaction-.*)-[0-9a-f]{8}-\d+$|^(gone:).*$")
"""Ids that the adapter makes, as the platform has none: they end in something random."""


def names(folder: Path) -> list[str]:
    """The cases of a folder."""
    return sorted(file.stem for file in folder.glob("*.json") if not file.stem.endswith(".events"))


def payloads(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["payloads"]


def expected(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / f"{name}.events.json").read_text(encoding="utf-8"))


def as_json(events: Sequence[InboundEvent]) -> list[Any]:
    """Events as they stand in the files."""
    return [_plain(event) for event in events]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        shown: dict[str, Any] = {"is": type(value).__name__} if isinstance(value, InboundEvent) else {}
        for field in fields(value):
            content = getattr(value, field.name)
            if field.compare and (field.default is MISSING or content != field.default):
                shown[field.name] = _plain(content)
        return shown
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return _MADE_UP.sub(lambda found: f"{found[1] or found[2]}…", value)
    return value
