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


EVERY_HELP = """
import sys
import click
from click.testing import CliRunner
from bot.cli import main

def every(command, *path):
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from every(command.get_command(context, name), *path, name)

for path in every(main):
    said = CliRunner().invoke(main, [*path, "--help"])
    assert said.exit_code == 0 and "Usage:" in said.output, (path, said.output)
    heavy = {"torch", "diffusers", "transformers"} & set(sys.modules)
    assert not heavy, (path, heavy)
    print(*path)
"""


def test_help_loads_neither_torch_nor_the_models_libraries() -> None:
    shown = subprocess.run([sys.executable, "-c", EVERY_HELP], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    assert {"edit", "talk", "data editing", "train dialogue", "evaluate editing"} <= set(
        shown.stdout.splitlines()
    )
