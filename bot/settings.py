"""All settings: defaults here, `config.toml` over them, the environment on top (pydantic-settings).

Secrets (tokens) come from the environment alone and are never shown. A wrong value ends in `SettingsError`:
one sentence that names the key.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.logs import LogFormat
from bot.wordlist import plain

SECRETS = ("discord_token", "telegram_token", "telegram_webhook_secret")


class SettingsError(Exception):
    """A setting is wrong; the message is one sentence naming the key."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


TextGuidance = Annotated[float, Field(ge=1, le=20)]
ImageGuidance = Annotated[float, Field(ge=0.5, le=5)]


class Web(Section):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    undo_emoji: tuple[str, ...] = ("↩️",)


class Discord(Section):
    undo_emoji: tuple[str, ...] = ("↩️",)
    message_content: bool = True
    threads: bool = True
    thread_archive_minutes: Literal[60, 1440, 4320, 10080] = 1440


class Telegram(Section):
    """`local_server`: the Bot API server at `api_url` is one's own, and runs with --local."""

    undo_emoji: tuple[str, ...] = ("👎",)
    api_url: str = "https://api.telegram.org"
    local_server: bool = False
    album_seconds: float = Field(default=1.2, gt=0, le=10)
    webhook_url: str | None = Field(default=None, pattern=r"^https?://[^/]+/.+$")
    webhook_host: str = "127.0.0.1"
    webhook_port: int = Field(default=8443, ge=0, le=65535)


class Admin(Section):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=9464, ge=0, le=65535)


class Limits(Section):
    upload_mb: float = Field(default=20.0, gt=0)
    megapixels: float = Field(default=24.0, gt=0)
    wish_characters: int = Field(default=1000, ge=20)
    answer_missed_hours: float = Field(default=24.0, ge=0, le=24 * 365)
    waiting_per_user: int = Field(default=3, ge=1)
    waiting_per_group: int = Field(default=8, ge=1)
    waiting_in_all: int = Field(default=50, ge=1)
    expire_days: float = Field(default=7.0, gt=0, le=3650)
    questions_per_wish: int = Field(default=2, ge=0)
    undo_by: Literal["requester", "anyone"] = "requester"


class Engine(Section):
    device: Literal["auto", "cpu", "cuda"] = "auto"
    dialogue: str = "starter"
    dialogue_revision: str | None = None
    editor: str = "starter"
    editor_revision: str | None = None
    preset: Literal["quality", "balanced", "fast"] = "quality"
    scheduler: Literal["euler-a", "dpm++", "unipc", "ddim"] | None = None
    steps: int | None = Field(default=None, ge=1, le=200)
    text_guidance: TextGuidance | None = None
    image_guidance: ImageGuidance | None = None
    soft_seconds: float = Field(default=120.0, gt=0)
    hard_seconds: float = Field(default=180.0, gt=0)
    edits_at_once: int | None = Field(default=None, ge=1, le=64)

    @property
    def editor_weights(self) -> str:
        """Noted with what they painted: "starter", a folder, or a Hub id with its commit."""
        return f"{self.editor}@{self.editor_revision}" if self.editor_revision else self.editor


def _in_order(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] >= bounds[1]:
        raise ValueError("the lower bound comes first")
    return bounds


class Strength(Section):
    """What Stronger and Subtler do: each press changes both scales by `ratio`, within their bounds."""

    ratio: float = Field(default=1.25, gt=1, le=4)
    text_guidance: Annotated[tuple[TextGuidance, TextGuidance], AfterValidator(_in_order)] = (1.0, 15.0)
    image_guidance: Annotated[tuple[ImageGuidance, ImageGuidance], AfterValidator(_in_order)] = (0.8, 2.5)


Ask = Literal["never", "seldom", "always"]


class Ratings(Section):
    ask: Ask = "seldom"


class Safety(Section):
    checker: str = "auto"
    checker_revision: str | None = None
    skip_age_restricted: bool = False
    words: tuple[str, ...] = ()

    @field_validator("words")
    @classmethod
    def _words_are_words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not plain(word):
                raise ValueError(f'"{word}" holds neither letters nor digits')
        return words


def _secret_token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
        raise ValueError("1 to 256 of the signs A-Z, a-z, 0-9, _ and - are allowed")
    return secret


WebhookSecret = Annotated[SecretStr, AfterValidator(_secret_token)]
"""https://core.telegram.org/bots/api#setwebhook"""


class Settings(BaseSettings):
    """Secrets are read from the environment only: DISCORD_TOKEN, TELEGRAM_TOKEN, TELEGRAM_WEBHOOK_SECRET."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="DIALOGPAINT_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
    )

    data_dir: Path = Path("data")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: LogFormat = "text"
    web: Web = Web()
    admin: Admin = Admin()
    discord: Discord = Discord()
    telegram: Telegram = Telegram()
    limits: Limits = Limits()
    engine: Engine = Engine()
    strength: Strength = Strength()
    ratings: Ratings = Ratings()
    safety: Safety = Safety()
    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")
    telegram_token: SecretStr | None = Field(default=None, validation_alias="TELEGRAM_TOKEN")
    telegram_webhook_secret: WebhookSecret | None = Field(
        default=None, validation_alias="TELEGRAM_WEBHOOK_SECRET"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # the file's values come in as init values


def load(path: Path | None = None) -> Settings:
    """Settings from `path`, or from `config.toml` in the working directory if there is one.

    Raises `SettingsError` for a missing or unreadable file, an unknown key or a wrong value.
    """
    file = path or Path("config.toml")
    values: dict[str, Any] = {}
    if path is not None and not path.is_file():
        raise SettingsError(f"The settings file {path} is not there.")
    if file.is_file():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise SettingsError(f"The settings file {file} can't be read: {error}.") from error
    for secret in SECRETS:
        if found := values.keys() & {secret, secret.upper()}:
            raise SettingsError(
                f"{found.pop()}: tokens do not belong in {file}; set {secret.upper()} in the environment"
                " instead."
            )
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{key}: {first['msg']}.") from error
