"""Telegram, through python-telegram-bot's `Bot` and an own journaled getUpdates loop."""

from __future__ import annotations

from adapters.telegram.adapter import TelegramAdapter

__all__ = ["TelegramAdapter"]
