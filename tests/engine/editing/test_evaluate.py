"""A measure is never better for a picture that is further from its target."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from engine.editing.data.command import data
from engine.editing.editor import Editor
from engine.editing.measures.command import evaluate
from engine.editing.measures.evaluate import evaluate as measure
from engine.editing.measures.evaluate import write_skills
from engine.editing.measures.scores import Scores
from engine.editing.training.cache import read_rows
from engine.editing.training.command import train
from tests.engine.editing.test_editor import KNOWN, STARTER
from tests.engine.editing.tiny import photo, save, starter_parts

MEASURES = {"l1_to_target", "psnr", "ssim", "fid", "prd", "prd_precision", "s_per_edit"}
MEASURES |= {"outside_l1", "outside_l1_known"}
KEYS = MEASURES | {"n", "refused", "exact", "features"}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    photo(60, 40, 1).save(tmp_path / "source.png")
    photo(60, 40, 2).save(tmp_path / "target.png")
    mask = Image.new("L", (60, 40))
    mask.paste(255, (0, 0, 30, 40))
    mask.save(tmp_path / "mask.png")
    full = {
        "source": "source.png",
        "target": "target.png",
        "mask": "mask.png",
        "instruction": "make it night",
    }
    lines = [full, {"source": "source.png", "instruction": "give him a cyborg arm"}]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return tmp_path / "set.jsonl"


def scored(output: Image.Image, target: Image.Image) -> Scores:
    scores = Scores()
    scores.add(target, output, target, {})
    return scores


def test_a_perfect_output_scores_perfectly_and_a_worse_one_worse() -> None:
    target = photo(60, 40, 1)
    same, near, far = (scored(o, target) for o in (target, target.point(lambda v: v * 0.9), photo(60, 40, 2)))
    assert same.l1 == [0] and same.ssim == [1] and same.psnr[0] > 90
    assert same.l1 < near.l1 < far.l1
    assert same.psnr > near.psnr > far.psnr
    assert same.ssim > near.ssim > far.ssim


def test_what_changed_outside_the_mask_is_counted_alone(rows: Path) -> None:
    row = read_rows(rows)[0]
    source = Image.open(row["source"]).convert("RGB")
    inside, outside = source.copy(), source.copy()
    inside.paste((0, 0, 0), (0, 0, 30, 40))
    outside.paste((0, 0, 0), (30, 0, 60, 40))
    found = []
    for output in (source, inside, outside):
        scores = Scores()
        scores.add(source, output, None, row)
        found.append(scores.outside[0])
    assert found[0] == found[1] == 0 < found[2]


def test_a_traced_mask_is_not_a_known_one(rows: Path) -> None:
    row = read_rows(rows)[0]
    source = Image.open(row["source"]).convert("RGB")
    scores = Scores()
    scores.add(source, source, None, row)
    scores.add(source, photo(60, 40, 2), None, row | {"mask_traced": True})
    assert scores.result()["outside_l1_known"] == 0 < scores.result()["outside_l1"]


def test_the_result_has_the_agreed_keys_and_a_sheet(rows: Path, tmp_path: Path) -> None:
    editor = Editor(starter_parts(), STARTER, KNOWN)
    result = measure(editor, read_rows(rows), tmp_path / "sheet.png")
    assert set(result) == KEYS
    assert (result["n"], result["refused"], result["features"], result["fid"]) == (2, 1, "none", None)
    assert (tmp_path / "sheet.png").is_file()


def test_the_skills_are_listed_from_the_best_to_the_worst(tmp_path: Path) -> None:
    write_skills({"fog": [(0.3, 0.2)], "night": [(0.1, 0.4), (0.1, 0.2)]}, tmp_path / "skills.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "skills.jsonl").read_text().splitlines()]
    assert [line["skill"] for line in lines] == ["night", "fog"]
    assert lines[0]["n"] == 2 and lines[0]["l1"] < lines[0]["l1_of_source"]


def test_all_wishes_are_tried_where_that_is_asked_for(rows: Path, tmp_path: Path) -> None:
    folder = save(starter_parts(), tmp_path / "weights")
    (folder / "editor.json").write_text(json.dumps({"resolution": 32, "square": True, "steps": 1}))
    (folder / "knows.json").write_text('{"wordings": ["night"]}')
    tried = []
    for extra in ([], ["--all-wishes", "--skills", str(tmp_path / "skills.jsonl")]):
        result = CliRunner().invoke(evaluate, [str(rows), "--weights", str(folder), "--json", *extra])
        assert result.exit_code == 0, result.output
        tried.append(json.loads(result.stdout)["refused"])
    assert tried == [1, 0]
    assert (tmp_path / "skills.jsonl").is_file()


def test_the_command_prints_one_json_object(rows: Path, tmp_path: Path) -> None:
    folder = save(starter_parts(), tmp_path / "weights")
    usage = {"resolution": 32, "square": True, "steps": 2}
    (folder / "editor.json").write_text(json.dumps(usage))
    result = CliRunner().invoke(evaluate, [str(rows), "--weights", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["n"] == 2


@pytest.mark.parametrize("text", ["no json", '{"source": 3}'])
def test_a_broken_set_is_one_sentence_and_exit_code_2(text: str, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(evaluate, [str(tmp_path / "set.jsonl"), "--json"])
    assert result.exit_code == 2
    assert result.stdout == "" and len(result.stderr.strip().splitlines()) == 1


def test_weights_that_are_not_there_are_one_sentence(rows: Path) -> None:
    result = CliRunner().invoke(evaluate, [str(rows), "--weights", "nowhere at all"])
    assert result.exit_code == 2 and len(result.stderr.strip().splitlines()) == 1


def test_an_empty_folder_of_photos_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text("[]")
    empty = str(tmp_path)
    args = [str(tmp_path / "out"), "--photos", empty, "--cutouts", empty, "--labels", f"{empty}/labels.json"]
    result = CliRunner().invoke(data, args)
    assert result.exit_code == 2 and "no photos" in result.stderr


def test_training_without_pairs_is_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(train, [str(tmp_path), str(tmp_path / "out")])
    assert result.exit_code == 2 and "train.jsonl" in result.stderr
