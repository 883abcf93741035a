"""Pictures are encoded once, wordings too if the text encoder is frozen, whatever breaks the work off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.editing import sampler
from engine.editing.training.cache import Encoder, read_picture, read_rows
from engine.editing.training.stored import CHUNK, Stored, fill
from tests.engine.editing.tiny import standard_parts
from tests.engine.editing.training.runs import PHRASINGS, few_pairs


def squares(chunk: range) -> np.ndarray:
    return np.array([[row, row % 7] for row in chunk], np.float32)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3 * CHUNK), st.lists(st.integers(0, 3 * CHUNK - 1), min_size=1, max_size=9))
def test_rows_are_what_they_were_made(
    tmp_path_factory: pytest.TempPathFactory, count: int, wanted: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("stored")
    assert fill(folder, "rows", count, squares, lambda: False)
    rows = [row % count for row in wanted]
    assert Stored(folder, "rows", count)[rows].tolist() == [[row, row % 7] for row in rows]


def test_broken_off_it_goes_on_with_the_first_chunk_that_is_missing(tmp_path: Path) -> None:
    made: list[int] = []

    def make(chunk: range) -> np.ndarray:
        made.append(chunk.start)
        return squares(chunk)

    assert not fill(tmp_path, "rows", 3 * CHUNK, make, lambda: len(made) == 2)
    assert fill(tmp_path, "rows", 3 * CHUNK, make, lambda: False)
    assert made == [0, CHUNK, 2 * CHUNK]


def test_processes_share_the_chunks(tmp_path: Path) -> None:
    for number in (1, 0):
        assert fill(tmp_path, "rows", 3 * CHUNK, squares, lambda: False, (number, 2))
        assert len(list(tmp_path.iterdir())) == {1: 1, 0: 3}[number]


@pytest.mark.parametrize("frozen", [True, False])
def test_the_cache_holds_what_the_encoders_say(tmp_path: Path, frozen: bool) -> None:
    rows = read_rows(few_pairs(tmp_path / "pairs") / "train.jsonl")
    parts = standard_parts()
    encoder = Encoder(parts, 64, True, frozen, tmp_path / "cache")
    assert encoder.fill(rows, lambda: False, (0, 1))
    cache = encoder.open(rows)
    assert len(cache) == 6
    pixels = torch.stack([read_picture(rows[at]["target"], 64, True) for at in (4, 1)])
    latents = sampler.encode_image(parts.vae, pixels) * parts.vae.config.scaling_factor
    assert cache.target[[4, 1]] == pytest.approx(latents.numpy(), abs=2e-3)
    source = sampler.encode_image(parts.vae, read_picture(rows[4]["source"], 64, True)[None])
    assert cache.source[[4]] == pytest.approx(source.numpy(), abs=2e-3)
    for number, text in zip([*cache.wordings[3], cache.empty], [*PHRASINGS, ""], strict=True):
        words = cache.words([number])
        if not frozen:
            words = parts.text_encoder(words)[0].detach()
        said = sampler.encode_text(parts.tokenizer, parts.text_encoder, text)
        assert words.numpy() == pytest.approx(said.numpy(), abs=2e-3)


def test_a_picture_is_squeezed_or_cut_as_the_editor_will_see_it(tmp_path: Path) -> None:
    picture = Image.new("RGB", (300, 100), "black")
    picture.paste((255, 255, 255), (100, 0, 200, 100))
    picture.save(tmp_path / "a.png")
    squeezed, cut = (read_picture(str(tmp_path / "a.png"), 30, square) for square in (True, False))
    assert squeezed[:, 15, [2, 15, 27]].mean(0).round().tolist() == [-1, 1, -1]
    assert cut.min() > 0.8, "no black at all"
