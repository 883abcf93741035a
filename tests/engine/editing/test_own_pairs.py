"""A row that can't be used is named and counted, and never stops or spoils the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.editing.data.build import build
from engine.editing.data.own_pairs import LONGEST, OwnPairs
from tests.engine.editing.pairs import own_pairs, read_rows, write_rows
from tests.engine.editing.tiny import photo


def built(out: Path) -> list[dict[str, Any]]:
    files = [out / f"{split}.jsonl" for split in ("train", "val", "test")]
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_pairs_arrive_as_they_are_whatever_the_number_of_workers(tmp_path: Path) -> None:
    folder = own_pairs(tmp_path / "own", caption_before="a photo", caption_after="its negative")
    one, two = (build([OwnPairs(folder)], tmp_path / str(n), workers=n) for n in (1, 2))
    assert one == two
    rows = built(tmp_path / "1")
    assert len(rows) == 6 == one["train"] + one["val"] + one["test"]
    for row in rows:
        assert (row["caption_before"], row["caption_after"]) == ("a photo", "its negative")
        files = [tmp_path / side / row[part] for part in ("source", "target") for side in "12"]
        assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()
    assert rows == built(tmp_path / "2")
    card = (tmp_path / "1/README.md").read_text(encoding="utf-8")
    assert "| own | 6 |" in card and one["sha256"] in card


def test_bad_rows_are_named_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = own_pairs(tmp_path / "own", 3)
    (folder / "text.png").write_text("no picture")
    photo(40, 60).save(folder / "tall.png")
    good = read_rows(folder)
    bad = [
        good[0] | {"target": "nowhere.png"},
        good[0] | {"source": "text.png"},
        good[0] | {"target": "tall.png"},
        {"source": "0.png", "target": "1.png"},
        ["a", "list"],
    ]
    write_rows(folder, [*bad, *good])
    result = build([OwnPairs(folder)], tmp_path / "out")
    assert result["rejected"] == {"a bad row": 5}
    assert len(built(tmp_path / "out")) == 3
    said = [line for line in capsys.readouterr().err.splitlines() if "pairs.jsonl, line" in line]
    expected = {
        1: "nowhere.png is not there",
        2: "text.png is no picture",
        3: "different shapes",
        4: "instruction is missing",
        5: "source is missing",
    }
    for number, why in expected.items():
        assert sum(f"line {number}: " in line and why in line for line in said) == 1
    assert "| a bad row | 5 |" in (tmp_path / "out/README.md").read_text(encoding="utf-8")


def test_large_pictures_are_made_smaller_together(tmp_path: Path) -> None:
    folder = own_pairs(tmp_path / "own", 1)
    photo(1600, 800).save(folder / "0.png")
    photo(800, 400, 1).save(folder / "0-after.png")
    Image.new("L", (400, 200), 255).save(folder / "mask.png")
    write_rows(folder, [row | {"mask": "mask.png"} for row in read_rows(folder)])
    build([OwnPairs(folder)], tmp_path / "out")
    (row,) = built(tmp_path / "out")
    sizes = {Image.open(tmp_path / "out" / row[part]).size for part in ("source", "target", "mask")}
    assert sizes == {(LONGEST, LONGEST // 2)}


@pytest.mark.parametrize(("text", "said"), [("", "no pairs"), ("{broken", "line 1: not JSON")])
def test_a_file_that_is_no_list_of_pairs_is_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_text(text)
    with pytest.raises(ValueError, match=said):
        build([OwnPairs(tmp_path)], tmp_path / "out")
