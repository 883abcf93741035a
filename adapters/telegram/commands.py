"""The menu behind the "/" key: for private chats, groups and those who manage one, in the person's language.

The bot's answers are English; the names are the same everywhere, as Telegram has no translated ones
(https://core.telegram.org/bots/api#setmycommands). What is not here in a language is shown in English.
"""

from __future__ import annotations

import asyncio
import logging

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import RetryAfter, TelegramError

from adapters.telegram.receipts import seconds

log = logging.getLogger(__name__)

LANGUAGES = (None, "de", "fr", "es", "pt")
"""The first is for all other languages."""
Words = tuple[str, str, str, str, str]

FOR_ALL: dict[str, Words] = {
    "edit": (
        "What to change in your photo",
        "Was an deinem Foto anders werden soll, auf Englisch",
        "Ce qu’il faut changer sur votre photo, en anglais",
        "Qué cambiar en tu foto, en inglés",
        "O que mudar na sua foto, em inglês",
    ),
    "undo": (
        "Take the last edit back",
        "Die letzte Änderung zurücknehmen",
        "Annuler la dernière modification",
        "Deshacer el último cambio",
        "Desfazer a última edição",
    ),
    "redo": (
        "Do it again after all",
        "Das Zurückgenommene wiederherstellen",
        "Rétablir ce qui a été annulé",
        "Rehacer lo que se deshizo",
        "Refazer o que foi desfeito",
    ),
    "reset": (
        "Start over from your photo",
        "Beim ursprünglichen Foto neu anfangen",
        "Recommencer à partir de votre photo",
        "Volver a empezar desde tu foto",
        "Recomeçar a partir da sua foto",
    ),
    "cancel": (
        "Stop what I'm working on for you",
        "Anhalten, woran ich gerade für dich arbeite",
        "Arrêter ce que je fais en ce moment pour vous",
        "Parar lo que estoy haciendo para ti",
        "Parar o que estou fazendo para você",
    ),
    "again": (
        "Give the last edit another try",
        "Die letzte Änderung noch einmal versuchen",
        "Réessayer la dernière modification",
        "Intentar otra vez el último cambio",
        "Tentar de novo a última edição",
    ),
    "stronger": (
        "The last edit, a little stronger",
        "Die letzte Änderung, etwas stärker",
        "La dernière modification, un peu plus forte",
        "El último cambio, un poco más fuerte",
        "A última edição, um pouco mais forte",
    ),
    "subtler": (
        "The last edit, a little subtler",
        "Die letzte Änderung, etwas dezenter",
        "La dernière modification, un peu plus discrète",
        "El último cambio, un poco más sutil",
        "A última edição, um pouco mais sutil",
    ),
    "compare": (
        "Before and after, side by side",
        "Vorher und nachher nebeneinander",
        "Avant et après, côte à côte",
        "Antes y después, lado a lado",
        "Antes e depois, lado a lado",
    ),
    "history": (
        "All the pictures, to choose one from",
        "Alle Bilder, um eines davon auszuwählen",
        "Toutes les images, pour en choisir une",
        "Todas las imágenes, para elegir una",
        "Todas as imagens, para escolher uma",
    ),
    "original": (
        "All the edits anew, from your photo",
        "Alle Änderungen noch einmal, vom ursprünglichen Foto aus",
        "Refaire toutes les modifications à partir de votre photo",
        "Rehacer todos los cambios desde tu foto",
        "Refazer todas as edições a partir da sua foto",
    ),
    "rate": (
        "1 to 5: how good is the newest picture?",
        "1 bis 5: Wie gut ist das neueste Bild?",
        "De 1 à 5 : que vaut la dernière image ?",
        "De 1 a 5: ¿qué tal es la última imagen?",
        "De 1 a 5: o que achou da última imagem?",
    ),
    "share": (
        "on, pictures or off: may they train the bot?",
        "on, pictures oder off: Darf der Bot damit lernen?",
        "on, pictures ou off : le bot peut-il s’en servir pour apprendre ?",
        "on, pictures u off: ¿puede el bot aprender con esto?",
        "on, pictures ou off: o bot pode aprender com isso?",
    ),
    "settings": (
        "How I behave in this conversation",
        "Wie ich mich in dieser Unterhaltung verhalte",
        "Comment je me comporte dans cette conversation",
        "Cómo me comporto en esta conversación",
        "Como eu me comporto nesta conversa",
    ),
    "privacy": (
        "What I keep, and how to delete it",
        "Was ich aufbewahre und wie man es löscht",
        "Ce que je conserve, et comment le supprimer",
        "Qué guardo y cómo borrarlo",
        "O que eu guardo e como apagar",
    ),
    "help": (
        "What I can do",
        "Was ich kann",
        "Ce que je sais faire",
        "Qué sé hacer",
        "O que eu sei fazer",
    ),
}
FOR_ADMINISTRATORS: dict[str, Words] = {
    "pause": (
        "Be quiet in this group until /resume",
        "In dieser Gruppe still sein, bis /resume kommt",
        "Rester muet dans ce groupe jusqu’à /resume",
        "Callar en este grupo hasta /resume",
        "Ficar quieto neste grupo até /resume",
    ),
    "resume": (
        "Work in this group again",
        "In dieser Gruppe wieder arbeiten",
        "Reprendre le travail dans ce groupe",
        "Volver a trabajar en este grupo",
        "Voltar a trabalhar neste grupo",
    ),
    "stats": (
        "What I did in this group so far",
        "Was ich in dieser Gruppe bisher getan habe",
        "Ce que j’ai fait dans ce groupe jusqu’ici",
        "Lo que he hecho en este grupo hasta ahora",
        "O que eu fiz neste grupo até agora",
    ),
}
"""In groups; the bot checks once more who gives them."""

SCOPES: tuple[tuple[BotCommandScope, dict[str, Words]], ...] = (
    (BotCommandScopeAllPrivateChats(), FOR_ALL),
    (BotCommandScopeAllGroupChats(), FOR_ALL),
    (BotCommandScopeAllChatAdministrators(), FOR_ALL | FOR_ADMINISTRATORS),
)


async def publish(bot: Bot) -> None:
    """Tell Telegram the menus; the bot works without them."""
    for scope, commands in SCOPES:
        for at, language in enumerate(LANGUAGES):
            menu = [BotCommand(name, words[at]) for name, words in commands.items()]
            try:
                try:
                    await bot.set_my_commands(menu, scope, language)
                except RetryAfter as error:
                    await asyncio.sleep(seconds(error))
                    await bot.set_my_commands(menu, scope, language)
            except TelegramError as error:
                log.warning("Telegram did not take the list of commands: %s", error)
                return
