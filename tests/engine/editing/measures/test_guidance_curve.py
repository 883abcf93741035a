"""The curve never shows an edit that s_I had no part in, and never starts without a space to measure in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from engine.editing.clip import Clip
from engine.editing.editor import Editor
from engine.editing.measures import command, curve, editors
from engine.editing.measures.command import evaluate
from engine.editing.training.cache import read_rows
from tests.engine.editing.measures.test_side_by_side import USAGE, weights, written
from tests.engine.editing.tiny import starter_parts
from tests.engine.editing.tiny_clip import save_clip


class Colour:
    """A space that is easy to see through: the mean of each colour."""

    name = "mean colour"

    def __call__(self, picture: Image.Image) -> np.ndarray:
        return np.asarray(picture, np.float32).mean((0, 1))


def test_more_image_guidance_of_a_mixing_editor_means_nearer_to_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor that mixes target and source by s_I walks from the one to the other."""
    for name, colour in (("source", (200, 40, 40)), ("target", (40, 40, 200))):
        Image.new("RGB", (8, 8), colour).save(tmp_path / f"{name}.png")
    target = Image.open(tmp_path / "target.png").convert("RGB")

    def mixing(source: Image.Image, _: str, guidance: float | None) -> editors.Output:
        return editors.Output(Image.blend(target, source, guidance or 0), "diffusion", 0.1)

    monkeypatch.setattr(editors, "own", lambda editor: mixing)
    row = {"source": str(tmp_path / "source.png"), "target": str(tmp_path / "target.png"), "instruction": "x"}
    editor = Editor(starter_parts(), USAGE, None)
    found = curve.guidance_curve(editor, [row], [0, 0.5, 1], Colour())
    assert (found["n"], found["features"], found["direction"]) == (1, "mean colour", "target")
    image, direction = (
        [point[f"{kind}_similarity"] for point in found["points"]] for kind in ("image", "direction")
    )
    assert image[0] < image[1] < image[2] == pytest.approx(1)
    assert direction[0] == pytest.approx(1) and direction[0] > direction[1] > direction[2] == 0


def test_only_items_that_diffusion_edits_and_that_say_where_to_go_count(tmp_path: Path) -> None:
    rows = read_rows(written(tmp_path))  # the second is an exact edit
    rows.append(rows[0] | {"target": rows[0]["source"]})  # to be left as it is
    rows.append({name: rows[0][name] for name in ("source", "instruction")})  # without a target
    editor = Editor(starter_parts(), USAGE, None)
    assert curve.guidance_curve(editor, rows, [1.0, 1.5], Colour())["n"] == 2
    with pytest.raises(ValueError, match="it needs a target"):
        curve.guidance_curve(editor, rows[-1:], [1.0], Colour())
    clip = Clip.load(save_clip(tmp_path / "clip"), torch.device("cpu"))
    with pytest.raises(ValueError, match="caption_before"):
        curve.guidance_curve(editor, rows[-1:], [1.0], clip)


def test_the_command_writes_the_figure_and_its_points(tmp_path: Path) -> None:
    file, folder, clip = written(tmp_path), weights(tmp_path / "weights"), save_clip(tmp_path / "clip")
    figure = tmp_path / "new" / "curve.png"
    args = [str(file), "--weights", str(folder), "--clip", str(clip), "--side-by-side", "--json"]
    result = CliRunner().invoke(evaluate, [*args, "--image-guidance", "1.0,1.6", "--curve", str(figure)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["curve"] == str(figure)
    with Image.open(figure) as picture:
        assert picture.format == "PNG" and picture.width > 400
    found = json.loads(figure.with_suffix(".json").read_text())
    assert (found["n"], found["direction"], found["text_guidance"]) == (2, "captions", 2.0)
    assert [(point["editor"], point["image_guidance"]) for point in found["points"]] == [
        ("ours", 1.0),
        ("ours", 1.6),
        ("stock", 1.0),
        ("stock", 1.6),
    ]
    for point in found["points"]:
        assert all(-1 <= point[f"{kind}_similarity"] <= 1 for kind in ("image", "direction"))


@pytest.mark.parametrize("values", ["much", "1.0,", "-1", "nan"])
def test_values_that_are_no_scales_are_one_sentence(values: str, tmp_path: Path) -> None:
    args = [str(written(tmp_path)), "--weights", str(tmp_path), "--image-guidance", values]
    result = CliRunner().invoke(evaluate, args)
    assert result.exit_code == 2 and "1.0,1.2,1.4" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_without_a_feature_space_the_command_measures_the_rest_and_says_how_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_features", lambda clip, device: None)
    args = [str(written(tmp_path)), "--weights", str(weights(tmp_path / "weights")), "--json"]
    result = CliRunner().invoke(evaluate, args)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["features"], found["fid"], found["prd"]) == ("none", None, None)
    assert found["l1_to_target"] > 0 and "'.[evaluate]'" in result.stderr
    refused = CliRunner().invoke(evaluate, [*args, "--image-guidance", "1.0"])
    assert refused.exit_code == 2 and "'.[evaluate]'" in refused.stderr and refused.stdout == ""
