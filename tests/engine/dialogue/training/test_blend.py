"""Blended weights never lie anywhere but between the models, and come as a folder that the bot takes."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from bot.cli import main
from engine.dialogue.blenderbot import BlenderBot, load_blenderbot
from engine.dialogue.model import DialogueModel
from engine.dialogue.training.blend import blended
from engine.dialogue.training.export import export
from engine.jobs import DialogueJob, Turn
from tests.engine.dialogue.tiny import random_model, tokenizer


def weights(model: BlenderBot) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().float().clone() for name, tensor in model.named_parameters()}


def test_a_blend_is_the_mean_by_shares() -> None:
    one, two = (deepcopy(random_model(seed=seed).model) for seed in (5, 6))
    before, other = weights(one), weights(two)
    for name, tensor in weights(blended([one, two], [3, 1])).items():
        torch.testing.assert_close(tensor, 0.75 * before[name] + 0.25 * other[name])


def test_models_blended_with_themselves_stay_as_they_are() -> None:
    models = [deepcopy(random_model(seed=5).model) for _ in range(3)]
    before = weights(models[0])
    for name, tensor in weights(blended(models, [0.2, 0.5, 0.9])).items():
        torch.testing.assert_close(tensor, before[name])


def blend(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["train", "blend", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_command_writes_a_model_that_answers(tmp_path: Path) -> None:
    folders = [tmp_path / str(seed) for seed in (5, 6)]
    for seed, folder in zip((5, 6), folders, strict=True):
        export(random_model(seed=seed).model, tokenizer(), folder)
    parts = [each for folder in folders for each in ("--of", folder, 0.5)]
    assert blend(*parts, "--out", tmp_path / "mean")[0] == 0
    one, two = (weights(load_blenderbot(folder, torch.float32)) for folder in folders)
    for name, tensor in weights(load_blenderbot(tmp_path / "mean", torch.float32)).items():
        torch.testing.assert_close(tensor, (one[name] + two[name]) / 2, atol=1e-3, rtol=1e-3)
    model = DialogueModel.load(tmp_path / "mean", torch.device("cpu"), torch.float32)
    assert model.decide([DialogueJob("1", "ann", (Turn("user", "make it red"),))])[0].act


@pytest.mark.parametrize("shares", [["1"], [], ["1", "nan"], ["1", "inf"], ["1", "0"]])
def test_what_is_no_blend_is_refused(tmp_path: Path, shares: list[str]) -> None:
    parts = [each for share in shares for each in ("--of", tmp_path, share)]
    code, output = blend(*parts, "--out", tmp_path / "mean")
    assert code == 2 and "Traceback" not in output


def test_a_model_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    export(random_model(seed=5).model, tokenizer(), tmp_path / "one")
    code, output = blend(
        "--of", tmp_path / "one", 1, "--of", tmp_path / "none", 1, "--out", tmp_path / "mean"
    )
    assert code == 2 and len(output.strip().splitlines()) == 1
    assert not (tmp_path / "mean").exists()


def test_models_of_different_shapes_are_refused() -> None:
    one, other = deepcopy(random_model(seed=5).model), deepcopy(random_model(seed=5).model)
    other.resize_token_embeddings(one.config.vocab_size + 8)
    with pytest.raises(ValueError, match="one shape"):
        blended([one, other], [1, 1])
