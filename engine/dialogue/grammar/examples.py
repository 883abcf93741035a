"""One training or test item: what was said, what the model should decide, and what it should write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.jobs import Act, Turn


@dataclass(frozen=True)
class Example:
    """`reply` is what the user reads; `tags` name the patterns it came from, for the evaluation's tables."""

    turns: tuple[Turn, ...]
    act: Act
    reply: str
    instruction: str | None = None
    applied: tuple[str, ...] = ()
    may_ask: bool = True
    tags: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The evaluation file's line, plus the reply (`text`), `applied` and `may_ask`."""
        expect: dict[str, Any] = {"act": self.act, "text": self.reply}
        if self.instruction is not None:
            expect["instruction"] = self.instruction
        return {
            "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in self.turns],
            "applied": list(self.applied),
            "may_ask": self.may_ask,
            "expect": expect,
            "tags": list(self.tags),
        }
