"""The words that questions, summaries and small talk are made of: what the grammar and the library say."""

from __future__ import annotations

from engine.dialogue.context import normal
from engine.dialogue.grammar.closed import EDIT_WORDS, FUNCTION_WORDS
from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import common_words, words_in
from engine.dialogue.summary import said_back
from engine.dialogue.written.reader import library

_VAGUE, _CONTROLS = sections("vague"), sections("controls")
_USUAL = 4
"""A word that stands in so many questions (or summaries) is no thing from one of the pictures."""


_EXCHANGES = [exchange for written in library() for exchange in written.filled().exchanges]
_ASKED = common_words((normal(exchange.text) for exchange in _EXCHANGES if exchange.act == "ask"), _USUAL)
_TOLD = common_words(
    (
        normal(exchange.text)
        for exchange in _EXCHANGES
        if exchange.instruction
        and exchange.act == "edit"
        and exchange.text != said_back(exchange.instruction)
    ),
    _USUAL,
)

QUESTION_WORDS = (
    frozenset(words_in([q for gap in _VAGUE.values() for q in gap.replies])) | FUNCTION_WORDS | _ASKED
)
SUMMARY_WORDS = frozenset(words_in([gap.default[1] for gap in _VAGUE.values()])) | EDIT_WORDS | _TOLD
CHAT_WORDS = frozenset(
    words_in(
        [*(reply for topic in _CONTROLS.values() for reply in topic.replies), *_VAGUE["never mind"].replies]
    )
) | frozenset("23456789")
