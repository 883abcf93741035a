"""A conversation with the dialogue model alone: keeps turns and applied instructions, as the bot does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.dialogue.living import QUESTIONS_PER_WISH, applied_after
from engine.jobs import Decision, DialogueJob, Turn


class _Decides(Protocol):
    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]: ...


class Talk:
    def __init__(self, model: _Decides) -> None:
        self._model = model
        self._turns: list[Turn] = []
        self.applied: tuple[str, ...] = ()
        self._asked = 0

    def say(self, text: str) -> Decision:
        self._turns.append(Turn("user", text))
        job = DialogueJob(
            id="talk",
            user="talk",
            turns=tuple(self._turns),
            applied=self.applied,
            may_ask=self._asked < QUESTIONS_PER_WISH,
        )
        decision = self._model.decide([job])[0]
        self._turns.append(Turn("bot", decision.text))
        self._asked = self._asked + 1 if decision.act == "ask" else 0
        self.applied = applied_after(self.applied, decision.act, decision.instruction)
        return decision
