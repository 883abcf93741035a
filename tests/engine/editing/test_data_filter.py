"""No picture is (nearly) twice in a set or in two splits, and no pair is kept that CLIP finds unfit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import cosine_similarity
from transformers import CLIPImageProcessorPil, CLIPModel

from engine.editing.clip import Clip
from engine.editing.data.agreement import Similarities, similarities
from engine.editing.data.filter import ALIKE, Filter, Rejected, difference_hash
from engine.editing.data.item import Item, png
from tests.engine.editing.tiny import photo, tokenizer
from tests.engine.editing.tiny_clip import save_clip

CAPTIONS = "a cat on the left", "a dog on the left"
FIT = Similarities(image=0.8, before=0.25, after=0.25, direction=0.3)


def item(source: int = 1, target: int = 2, instruction: str = "make it night") -> Item:
    return Item(png(photo(seed=source)), png(photo(seed=target)), instruction, captions=CAPTIONS)


def resaved(file: bytes) -> bytes:
    """As after a trip through a chat: JPEG, a little smaller."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(file)).resize((72, 48)).save(buffer, "JPEG", quality=70)
    return png(Image.open(buffer))


def distance(one: Image.Image, other: Image.Image) -> int:
    return (difference_hash(one) ^ difference_hash(other)).bit_count()


def test_a_resaved_picture_has_nearly_the_same_hash_and_another_one_not() -> None:
    for seed in range(20):
        again = Image.open(io.BytesIO(resaved(png(photo(seed=seed)))))
        assert distance(photo(seed=seed), again) <= ALIKE < distance(photo(seed=seed), photo(seed=seed + 1))


def test_a_pair_stands_once_but_its_source_may_have_other_wishes() -> None:
    kept = Filter()
    first = item()
    kept.admit(first, "train")
    kept.admit(replace(first, instruction="make it winter"), "train")
    kept.admit(replace(first, target=png(photo(seed=3))), "train")
    again = replace(
        first, source=resaved(first.source), target=resaved(first.target), instruction="Make it  night"
    )
    with pytest.raises(Rejected, match="nearly the same"):
        kept.admit(again, "train")


def test_no_picture_is_in_two_splits_not_even_as_a_target() -> None:
    kept = Filter()
    kept.admit(item(1, 2), "test")
    for found in (item(1, 3), item(3, 1), item(2, 3)):
        with pytest.raises(Rejected, match="the test set"):
            kept.admit(replace(found, instruction="something else"), "train")
    kept.admit(item(3, 4), "train")


class Judge:
    """Has its verdicts ready."""

    def __init__(self, *verdicts: Similarities) -> None:
        self._verdicts = iter(verdicts)

    def __call__(self, *_: object) -> Similarities:
        return next(self._verdicts)


def test_the_best_candidate_that_passes_is_kept_and_the_others_are_counted() -> None:
    judge = Judge(
        FIT,
        replace(FIT, direction=0.5),
        replace(FIT, direction=0.9, image=0.74),
        replace(FIT, direction=0.9, after=0.19),
        replace(FIT, direction=0.19),
    )
    kept = Filter(judge)
    candidates = [item(target=number) for number in range(5)]
    found, scores = kept.best(iter(candidates))
    assert found is candidates[1] and scores is not None and scores.direction == 0.5
    assert sorted(kept.candidates.values()) == [1, 1, 1, 2] and kept.candidates["good enough"] == 2


def test_an_item_without_a_fit_candidate_is_left_out() -> None:
    kept = Filter(Judge(replace(FIT, before=0.1)))
    with pytest.raises(Rejected, match="CLIP"):
        kept.best([item()])


def test_without_clip_the_first_candidate_is_taken_and_no_other_is_made() -> None:
    def candidates() -> Iterator[Item]:
        yield item()
        raise AssertionError("a second one was made")

    assert Filter().best(candidates()) == (item(), None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random CLIP, every part real."""
    return save_clip(tmp_path_factory.mktemp("clip"))


def test_similarities_are_the_cosines_of_clips_features(folder: Path) -> None:
    clip = Clip.load(folder, torch.device("cpu"))
    pictures = photo(60, 40, 1), photo(60, 40, 2)
    found = similarities(clip, pictures, CAPTIONS)

    model, words = CLIPModel.from_pretrained(folder), tokenizer().from_pretrained(folder)
    processor = CLIPImageProcessorPil.from_pretrained(folder)
    with torch.no_grad():  # one at a time, through the model's own front door
        outputs = [
            model(
                words(caption, return_tensors="pt").input_ids,
                processor(picture, return_tensors="pt").pixel_values,
            )
            for picture, caption in zip(pictures, CAPTIONS, strict=True)
        ]
    images, texts = [o.image_embeds[0] for o in outputs], [o.text_embeds[0] for o in outputs]
    expected = Similarities(
        float(cosine_similarity(images[0], images[1], dim=0)),
        float(cosine_similarity(images[0], texts[0], dim=0)),
        float(cosine_similarity(images[1], texts[1], dim=0)),
        float(cosine_similarity(images[1] - images[0], texts[1] - texts[0], dim=0)),
    )
    for name in ("image", "before", "after", "direction"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-4)


def test_a_picture_that_did_not_change_went_in_no_direction(folder: Path) -> None:
    found = similarities(Clip.load(folder, torch.device("cpu")), (photo(), photo()), CAPTIONS)
    assert found.image == pytest.approx(1, abs=1e-5) and np.isclose(found.direction, 0, atol=1e-2)
    assert replace(found, before=0.3, after=0.3).too_low() is not None
