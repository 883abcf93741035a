"""The closed lists: words that an instruction may hold although nobody said them. No things, no names."""

from __future__ import annotations

from engine.dialogue.grammar.library import word_lists

_LISTS = word_lists("closed")

FUNCTION_WORDS = frozenset(_LISTS["function"])
GLUE_WORDS = FUNCTION_WORDS | frozenset(_LISTS["verbs"])
"""Words that say nothing about what is in a picture: all others are content words."""
EDIT_WORDS = GLUE_WORDS | frozenset(_LISTS["editing"])
"""Also the words that the grammar mistypes: the model learns to write them right again."""
