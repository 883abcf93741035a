"""The stock pipeline is never measured on other weights, noise or settings than ours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from engine.editing.editor import Defaults, Editor
from engine.editing.measures import editors
from engine.editing.measures.command import evaluate
from engine.editing.measures.evaluate import evaluate as measure
from engine.editing.measures.features import efficientnet
from engine.editing.training.cache import Row
from tests.engine.editing.test_evaluate import KEYS, MEASURES
from tests.engine.editing.tiny import photo, save, standard_parts, starter_parts
from tests.engine.editing.tiny_clip import save_clip

USAGE = Defaults(resolution=32, square=True, views=1, steps=2, text_guidance=2.0, image_guidance=1.2)


def written(folder: Path, count: int = 3) -> Path:
    """A set of pictures with targets, captions and a wish that an exact tool grants among them."""
    lines = []
    for number in range(count):
        for kind in ("source", "target"):
            photo(48, 40, 2 * number + (kind == "target")).save(folder / f"{number}-{kind}.png")
        lines.append(
            {
                "source": f"{number}-source.png",
                "target": f"{number}-target.png",
                "instruction": "make it black and white" if number == 1 else "make it night",
                "caption_before": "a cat",
                "caption_after": "a cat at night",
            }
        )
    (folder / "set.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder / "set.jsonl"


def weights(folder: Path) -> Path:
    save(starter_parts(), folder)
    usage = {"resolution": 32, "square": True, "steps": 2, "text_guidance": 2.0, "image_guidance": 1.2}
    (folder / "editor.json").write_text(json.dumps(usage))
    return folder


@pytest.mark.parametrize("make", [starter_parts, standard_parts])
def test_both_edit_with_the_same_noise_and_settings(make) -> None:
    """At the working size the stock output is what our own sampler decodes, before it is merged back."""
    from engine.editing import pictures, sampler

    editor = Editor(make(), USAGE, None)
    source = photo(32, 32)
    theirs = editors.stock(editor)(source, "make it night", 1.4).picture
    parts = editor.parts
    known = sampler.Conditions(
        sampler.encode_text(parts.tokenizer, parts.text_encoder, "make it night"),
        sampler.encode_text(parts.tokenizer, parts.text_encoder, ""),
        sampler.encode_image(parts.vae, pictures.to_tensor(source)),
    )
    guidance = sampler.Guidance(USAGE.text_guidance, 1.4)
    generator = torch.Generator().manual_seed(editors.SEED)
    *_, last = sampler.sample(parts.unet, parts.scheduler, known, guidance, USAGE.steps, generator)
    ours = pictures.to_unit(sampler.decode(parts.vae, last.latents))
    assert np.abs(ours - np.asarray(theirs, np.float32) / 255).max() < 1 / 255


def test_both_edit_in_half_precision_and_give_the_source_s_size() -> None:
    parts = starter_parts()
    for part in (parts.unet, parts.vae, parts.text_encoder):
        part.to(torch.bfloat16)
    editor = Editor(parts, replace(USAGE, views=4), None)
    for edit in editors.editors(editor, side_by_side=True).values():
        assert edit(photo(50, 34), "make it night", None).picture.size == (50, 34)


def test_each_has_its_own_account_and_its_own_column(tmp_path: Path) -> None:
    for number in range(2):
        photo(48, 40, number).save(tmp_path / f"{number}.png")
    row: Row = {"source": str(tmp_path / "0.png"), "target": str(tmp_path / "1.png")}
    rows = [row | {"instruction": wish} for wish in ("make it night", "make it black and white")]
    editor = Editor(starter_parts(), USAGE, None)
    alone = measure(editor, rows, tmp_path / "alone.png")
    both = measure(editor, rows, tmp_path / "both.png", side_by_side=True)
    assert set(alone) == KEYS and set(both) == KEYS | {"stock"} and set(both["stock"]) == MEASURES
    assert both["exact"] == 1 and both["l1_to_target"] == alone["l1_to_target"]
    assert both["stock"]["l1_to_target"] not in (None, both["l1_to_target"])
    wide, narrow = (Image.open(tmp_path / f"{name}.png").width for name in ("both", "alone"))
    assert wide > narrow


class Constant:
    """An editor's outcome that is the target itself, whatever is asked."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture

    def __call__(self, *_: object) -> editors.Output:
        return editors.Output(self.picture, "diffusion", 0.1)


def test_a_perfect_editor_has_no_distance_in_the_feature_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Row] = []
    for number in range(20):
        photo(48, 40, number).save(tmp_path / f"{number}.png")
        rows.append({"source": str(tmp_path / f"{number}.png"), "instruction": "leave it as it is"})
        rows[-1]["target"] = rows[-1]["source"]

    def unchanged(source: Image.Image, *_: object) -> editors.Output:
        return editors.Output(source, "diffusion", 0.1)

    monkeypatch.setattr(editors, "own", lambda editor: unchanged)
    monkeypatch.setattr(editors, "stock", lambda editor: Constant(photo(48, 40, 99)))
    network = efficientnet(torch.device("cpu"))
    assert network is not None
    result = measure(Editor(starter_parts(), USAGE, None), rows, None, network, side_by_side=True)
    assert result["fid"] == pytest.approx(0, abs=1e-4) and (result["prd"], result["prd_precision"]) == (1, 1)
    assert result["stock"]["fid"] > 1 and result["stock"]["prd"] < 0.5
    assert result["features"].startswith("efficientnet-lite0")


def test_the_command_compares_in_clip_s_space_when_it_is_given(tmp_path: Path) -> None:
    file, folder = written(tmp_path), weights(tmp_path / "weights")
    clip = save_clip(tmp_path / "clip")
    args = [str(file), "--weights", str(folder), "--clip", str(clip), "--side-by-side", "--json"]
    result = CliRunner().invoke(evaluate, args)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["features"] == "clip (clip)"
    assert found["fid"] >= 0 and found["stock"]["fid"] >= 0
    assert found["prd"] is None  # three pictures are no distribution
