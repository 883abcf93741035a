"""Makes what people say look typed: slips, slang, no marks. Rules only, and only for closed-list words."""

from __future__ import annotations

import random
from dataclasses import replace

from engine.dialogue.grammar.closed import EDIT_WORDS
from engine.dialogue.grammar.english import as_typed
from engine.dialogue.written.reader import Dialogue

_SHOUTED = 0.03
_LOWERED = 0.25


def typed(dialogue: Dialogue, rng: random.Random) -> Dialogue:
    """The same dialogue in a hurry. A turn looks the same wherever it is quoted."""
    exchanges = (replace(at, said=_typed(at.said, rng)) for at in dialogue.exchanges)
    return replace(dialogue, exchanges=tuple(exchanges))


def _typed(text: str, rng: random.Random) -> str:
    text = as_typed(text, EDIT_WORDS, rng)
    at = rng.random()
    return text.upper() if at < _SHOUTED else text.lower() if at < _SHOUTED + _LOWERED else text
