"""A folder of pairs from conversations of the bot whose owners share their pictures and rated the edits well.

The view `training_pairs` of the bot's database says which those are. Instructions go through
`engine.dialogue.anonymous`, files are named by their content, and no id of a person, a place or a message is
written. Not sure: an instruction may take up what somebody else said before the owner, and **what a picture
shows can't be made anonymous**. Look at an export before you give it away.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

from engine.bot_database import reading
from engine.dialogue.anonymous import anonymous

PICTURES = "pictures"


def from_store(database: Path, out: Path, least_stars: int) -> dict[str, int]:
    """Write pairs.jsonl and the pictures into `out`, as `engine.editing.data.own_pairs` reads them.

    Edits to which anybody gave fewer than `least_stars` stars are left out, and so are equal pairs. The
    result counts the pairs, and those whose files are gone. Raises ValueError with one sentence, and
    OSError.
    """
    with reading(database) as db:  # never instructions without the names to be taken out of them
        names: defaultdict[int, list[str]] = defaultdict(list)
        for row in db.query("SELECT * FROM training_names"):
            names[row["conversation"]].append(row["name"])
        shared = list(db.query("SELECT * FROM training_pairs WHERE stars >= ?", (least_stars,)))
    if out.exists() and any(out.iterdir()):  # nothing that was withdrawn since may be left in it
        raise ValueError(f"The folder {out} is not empty; name a new one.")
    (out / PICTURES).mkdir(parents=True, exist_ok=True)
    lines: dict[str, None] = {}
    missing = 0
    for row in shared:
        try:
            pair = {part: _copied(database.parent / row[part], out) for part in ("source", "target")}
        except FileNotFoundError:
            missing += 1
            continue
        instruction = anonymous(row["instruction"], names[row["conversation"]])
        lines[_line({**pair, "instruction": instruction, "photo": Path(row["photo"]).stem})] = None
    (out / "pairs.jsonl").write_text("".join(lines), encoding="utf-8")
    return {"pairs": len(lines), "missing": missing}


def _copied(file: Path, out: Path) -> str:
    """The picture's name in `out`. Pictures hold no metadata: the bot encodes each anew."""
    name = f"{PICTURES}/{file.name}"
    if not (out / name).exists():
        shutil.copyfile(file, out / name)
    return name


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
