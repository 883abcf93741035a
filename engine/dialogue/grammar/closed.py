"""The closed lists: words that an instruction may hold although nobody said them. No things, no names."""

from __future__ import annotations

from engine.dialogue.grammar.library import word_lists

_LISTS = word_lists("closed")

FUNCTION_WORDS = frozenset(_LISTS["function"])
GLUE_WORDS = FUNCTION_WORDS | frozenset(_LISTS["verbs"])
"""Words that say nothing about what is in a picture: all others are content words."""
TRANSLATED_WORDS = frozenset(_LISTS["editing"])
EDIT_WORDS = GLUE_WORDS | TRANSLATED_WORDS | frozenset(_LISTS["picture"])
"""Also the words that the grammar mistypes: the model learns to write them right again."""
TALK_WORDS = GLUE_WORDS | frozenset(_LISTS["talk"])
"""Words that wrap a wish: nothing is lost without them."""
