"""A wrong setting never starts the bot: one sentence names the key. No token comes from a file."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.settings import SECRETS, Settings, SettingsError, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)


def test_config_toml_holds_the_defaults() -> None:
    assert load(ROOT / "config.toml") == Settings()


def test_config_toml_names_every_key() -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    values = tomllib.loads(
        text.replace("# steps", "steps").replace("# text_g", "text_g").replace("# image_g", "image_g")
    )
    for section, model in Settings().model_dump(exclude=set(SECRETS)).items():
        if isinstance(model, dict):
            missing = set(model) - set(values[section])
            assert all(f"# {key} = " in text for key in missing), missing
        else:
            assert section in values


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("[web]\nport = 99999", "web.port"),
        ("[web]\nprot = 80", "web.prot"),
        ("colour = 1", "colour"),
        ("[engine]\ndevice = 'tpu'", "engine.device"),
        ("[limits]\nwaiting_per_user = 'many'", "limits.waiting_per_user"),
        ("[strength]\nratio = 1.0", "strength.ratio"),
        ("[strength]\ntext_guidance = [9.0, 2.0]", "strength.text_guidance"),
        ("[strength]\nimage_guidance = [0.1, 2.0]", "strength.image_guidance"),
        ("discord_token = 'abc'", "discord_token"),
        ("[safety]\nwords = ['naked', '!?']", "safety.words"),
    ],
)
def test_a_wrong_value_names_its_key_and_exits_2(toml: str, key: str, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError, match=key):
        load(file)
    result = CliRunner().invoke(main, ["run", "--config", str(file)])
    assert result.exit_code == 2
    assert key in result.stderr
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


def test_a_missing_or_broken_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not there"):
        load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("= 3", encoding="utf-8")
    with pytest.raises(SettingsError, match="can't be read"):
        load(tmp_path / "bad.toml")


def test_the_environment_wins_and_tokens_come_from_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "s3cret")
    monkeypatch.setenv("DIALOGPAINT_WEB__PORT", "9000")
    settings = load(ROOT / "config.toml")
    assert settings.web.port == 9000
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


def test_an_empty_token_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "")
    assert load(None).telegram_token is None
