"""The words that questions, summaries and small talk are made of: what the grammar itself says."""

from __future__ import annotations

from engine.dialogue.grammar.closed import EDIT_WORDS, FUNCTION_WORDS
from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import words_in

_VAGUE, _CONTROLS = sections("vague"), sections("controls")

QUESTION_WORDS = frozenset(words_in([q for gap in _VAGUE.values() for q in gap.replies])) | FUNCTION_WORDS
SUMMARY_WORDS = frozenset(words_in([gap.default[1] for gap in _VAGUE.values()])) | EDIT_WORDS
CHAT_WORDS = frozenset(
    words_in(
        [*(reply for topic in _CONTROLS.values() for reply in topic.replies), *_VAGUE["never mind"].replies]
    )
) | frozenset("23456789")
