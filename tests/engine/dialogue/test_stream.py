"""A chunk of dialogues is the same whenever it is asked for, and a batch teaches the end of every reply."""

from __future__ import annotations

from engine.dialogue.stream import batches, grammar_chunk
from tests.engine.dialogue.tiny import tokenizer, words


def test_a_chunk_is_the_same_every_time() -> None:
    assert grammar_chunk(words(), 5, 7)[:50] == grammar_chunk(words(), 5, 7)[:50]
    assert grammar_chunk(words(), 5, 7)[:50] != grammar_chunk(words(), 5, 8)[:50]


def test_labels_end_with_eos_and_padding_counts_nothing() -> None:
    for batch in batches(grammar_chunk(words(), 0, 1)[:64], tokenizer(), 8, 128, None):
        assert batch["input_ids"].shape == batch["attention_mask"].shape
        assert batch["input_ids"].shape[1] <= 128
        for row in batch["labels"].tolist():
            kept = [token for token in row if token != -100]
            assert kept[-1] == tokenizer().eos_token_id or len(kept) == 128
            assert row == kept + [-100] * (len(row) - len(kept))
