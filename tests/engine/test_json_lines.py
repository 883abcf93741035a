"""Files of JSON lines are read whole or refused by line: never is a text cut, never is a traceback shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.dialogue.evaluate import read_items
from engine.dialogue.grammar.words import load_captions
from engine.dialogue.stream import read_examples
from engine.json_lines import json_lines

GOOD = {"turns": [{"speaker": "user", "text": "make it blue"}], "expect": {"act": "edit", "text": "done"}}


@pytest.mark.parametrize("separator", ["\u2028", "\x85"])
def test_a_line_separator_inside_a_text_ends_no_line(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "rows.jsonl"
    row = {**GOOD, "caption": f"a dog{separator}on a beach"}
    file.write_text(f"{json.dumps(row, ensure_ascii=False)}\n\n", encoding="utf-8")
    assert list(json_lines(file)) == [(1, row)]
    assert load_captions([file]) == [row["caption"]]
    assert len(read_examples(file)) == len(read_items(file)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '"a"',
        "null",
        "{}",
        '{"turns": [], "expect": {"act": "edit", "text": "done"}}',
        '{"turns": [{"speaker": "user", "text": "hi"}], "expect": {"act": "dance", "text": "done"}}',
        '{"turns": [{"speaker": "user", "text": "hi"}], "expect": {"act": "edit", "text": null}}',
    ],
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.jsonl, line 2: not"):
        read_examples(file)


def test_a_file_that_is_not_there_or_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe")
    for name in ("missing.jsonl", "binary.jsonl"):
        with pytest.raises(ValueError, match=f"{name} can't be read"):
            read_examples(tmp_path / name)
