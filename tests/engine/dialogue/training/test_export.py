"""The exported folder copies freely and loads in stock transformers, with </s> at the end of every text."""

from __future__ import annotations

import json
from pathlib import Path

from transformers import AutoModelForSeq2SeqLM, BlenderbotForConditionalGeneration

from engine.dialogue.tokenizer import load_tokenizer
from engine.dialogue.training.export import export
from engine.dialogue.training.new_model import new_model
from tests.engine.dialogue.tiny import SHAPE, tokenizer


def test_the_exported_folder_copies_freely(tmp_path: Path) -> None:
    model = new_model(SHAPE, tokenizer(), 0)
    export(model, tokenizer(), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    generation = json.loads((tmp_path / "generation_config.json").read_text())
    assert config.get("encoder_no_repeat_ngram_size", 0) == 0
    for name in ("encoder_no_repeat_ngram_size", "no_repeat_ngram_size", "min_length"):
        assert not generation.get(name)
    assert generation.get("num_beams", 1) == 1
    assert (tmp_path / "model.safetensors").stat().st_size < 2 * sum(
        p.numel() for p in model.parameters()
    ) + 100_000


def test_the_exported_folder_loads_in_stock_transformers(tmp_path: Path) -> None:
    export(new_model(SHAPE, tokenizer(), 0), tokenizer(), tmp_path)
    loaded = AutoModelForSeq2SeqLM.from_pretrained(tmp_path, dtype="float32")
    assert isinstance(loaded, BlenderbotForConditionalGeneration)
    assert (tmp_path / "tokenizer.json").is_file()
    ids = load_tokenizer(tmp_path)("make it blue", return_tensors="pt").input_ids
    assert ids[0, -1] == loaded.config.eos_token_id
    assert loaded.generate(ids).shape[1] > 1
