"""A house never imports what it must not know: bot no platform, adapters no engine, engine neither."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "bot": {"adapters", "discord", "telegram", "torch", "diffusers", "transformers"},
    "adapters": {"engine", "torch", "diffusers", "transformers"},
    "engine": {"bot", "adapters", "discord", "telegram"},
}
COMPOSITION_ROOT = {"bot/app.py", "bot/cli.py"}
MODULES = sorted(path.relative_to(ROOT) for house in FORBIDDEN for path in (ROOT / house).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports anywhere, functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_stays_in_its_house(path: Path) -> None:
    if path.as_posix() not in COMPOSITION_ROOT:
        assert not imported(path) & FORBIDDEN[path.parts[0]]


def test_the_bot_knows_only_the_engine_s_values() -> None:
    for path in MODULES:
        if path.parts[0] == "bot" and path.as_posix() not in COMPOSITION_ROOT:
            text = (ROOT / path).read_text(encoding="utf-8")
            assert "import engine" not in text, path
            assert text.count("from engine") == text.count("from engine.jobs"), path


def test_relative_imports_are_not_used() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


def test_the_process_that_chats_never_loads_torch() -> None:
    code = "import sys, bot.app, bot.director; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
