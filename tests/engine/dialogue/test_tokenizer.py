"""A text never reaches the model without </s> at its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

from engine.dialogue.commands import STARTER
from engine.dialogue.tokenizer import load_tokenizer
from tests.engine.dialogue.tiny import tokenizer


@pytest.mark.parametrize("text", ["hi hi", "make it blue", "", "emoji 🐶 and 漢字"])
def test_the_shipped_tokenizer_ends_with_eos_and_gives_the_text_back(text: str) -> None:
    shipped = load_tokenizer(STARTER)
    ids = shipped(text).input_ids
    assert ids[-1] == shipped.eos_token_id == 2
    assert shipped.decode(ids, skip_special_tokens=True).strip() == text


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    tokenizer().save_pretrained(tmp_path)
    assert load_tokenizer(tmp_path)("hi there").input_ids == tokenizer()("hi there").input_ids


def test_a_tokenizer_that_loses_eos_is_refused(tmp_path: Path) -> None:
    from tokenizers import processors

    bad = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer().backend_tokenizer, eos_token="</s>", pad_token="<pad>"
    )
    kept = bad.backend_tokenizer.post_processor
    try:
        bad.backend_tokenizer.post_processor = processors.TemplateProcessing(single="$A", special_tokens=[])
        bad.save_pretrained(tmp_path)
    finally:
        bad.backend_tokenizer.post_processor = kept
    with pytest.raises(ValueError, match="loses </s>"):
        load_tokenizer(tmp_path)
