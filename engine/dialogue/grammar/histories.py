"""What went before: finished wishes, questions with their answers, edits taken back, small talk."""

from __future__ import annotations

from dataclasses import replace

from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import fill
from engine.dialogue.grammar.speech import Speech
from engine.dialogue.summary import said_back, yours
from engine.jobs import Turn

_CONTROLS = sections("controls")
GAPS = [section for section in sections("vague").values() if section.default != ("", "")]
"""What a vague wish may leave open."""


class History:
    """Puts earlier exchanges before an example; draws them with the same speech."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._rng = speech.rng

    def before(self, example: Example, chance: float) -> Example:
        """The example with one to three earlier exchanges, by the given chance; else as it is."""
        if self._rng.random() >= chance:
            return example
        turns: tuple[Turn, ...] = ()
        applied: tuple[str, ...] = ()
        for _ in range(self._rng.choice((1, 1, 1, 2, 2, 3))):
            more, instructions = self._exchange()
            turns += more
            applied += instructions
        return replace(example, turns=turns + example.turns, applied=applied + example.applied)

    def _exchange(self) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
        at = self._rng.random()
        if at < 0.6:
            return self._edit()
        if at < 0.8:
            return self._clarified()
        if at < 0.9:
            undone, _ = self._edit()
            return (*undone, *self._talk("undo")), ()
        return self._talk(self._rng.choice(("thanks", "off-topic", "about the bot", "greeting"))), ()

    def _edit(self) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
        wish = self._speech.imperative()
        said = self._speech.user(self._speech.said(wish, 0.05))
        return (said, Turn("bot", said_back(wish))), (wish,)

    def _clarified(self) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
        gap, bind = self._rng.choice(GAPS), self._speech.bind()
        bind.values["part"] = bind("the").partition(" ")[2]
        wish = self._speech.user(self._speech.draw(gap.said, bind))
        question = Turn("bot", yours(fill(gap.replies[0], bind)))
        answer, meant = self._speech.pair(*self._rng.choice(gap.pairs), bind)
        return (wish, question, self._speech.user(answer), Turn("bot", said_back(meant))), (meant,)

    def _talk(self, topic: str) -> tuple[Turn, ...]:
        said = self._speech.user(self._speech.draw(_CONTROLS[topic].said))
        return said, Turn("bot", _CONTROLS[topic].replies[0])
