"""The commands in the languages of Discord's apps. All else stays English, as the answers do."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

_LOCALES = {
    discord.Locale.german: 0,
    discord.Locale.french: 1,
    discord.Locale.spain_spanish: 2,
    discord.Locale.latin_american_spanish: 2,
    discord.Locale.brazil_portuguese: 3,
}

Words = tuple[str, str, str, str]
"""German, French, Spanish, Portuguese."""

WORDS: dict[str, Words] = {
    "Edit this image": (
        "Dieses Bild bearbeiten",
        "Modifier cette image",
        "Editar esta imagen",
        "Editar esta imagem",
    ),
    "edit": ("bearbeiten", "modifier", "editar", "editar"),
    "Edit a picture of yours: say what to change": (
        "Ein Bild von dir bearbeiten: Sag, was anders werden soll",
        "Modifier une de vos images : dites ce qu’il faut changer",
        "Edita una imagen tuya: di qué hay que cambiar",
        "Edite uma imagem sua: diga o que mudar",
    ),
    "image": ("bild", "image", "imagen", "imagem"),
    "The picture to edit": (
        "Das Bild, das bearbeitet werden soll",
        "L’image à modifier",
        "La imagen que hay que editar",
        "A imagem a ser editada",
    ),
    "wish": ("wunsch", "souhait", "deseo", "pedido"),
    "What to change, in English; if you leave it out, I ask": (
        "Was anders werden soll, auf Englisch; lässt du es weg, frage ich",
        "Ce qu’il faut changer, en anglais ; si vous ne dites rien, je demande",
        "Qué hay que cambiar, en inglés; si no lo dices, pregunto",
        "O que mudar, em inglês; se você não disser, eu pergunto",
    ),
    "What shall I change?": (
        "Was soll ich ändern?",
        "Que dois-je changer ?",
        "¿Qué debo cambiar?",
        "O que devo mudar?",
    ),
    "In English, for example: make it winter": (
        "Auf Englisch, zum Beispiel: make it winter",
        "En anglais, par exemple : make it winter",
        "En inglés, por ejemplo: make it winter",
        "Em inglês, por exemplo: make it winter",
    ),
    "undo": ("rückgängig", "défaire", "deshacer", "desfazer"),
    "Take the last edit back": (
        "Die letzte Änderung zurücknehmen",
        "Annuler la dernière modification",
        "Deshacer el último cambio",
        "Desfazer a última edição",
    ),
    "redo": ("wiederherstellen", "rétablir", "rehacer", "refazer"),
    "Bring back the edit that was undone last": (
        "Die zuletzt zurückgenommene Änderung wiederherstellen",
        "Rétablir la dernière modification annulée",
        "Recuperar el último cambio deshecho",
        "Trazer de volta a última edição desfeita",
    ),
    "reset": ("neubeginn", "recommencer", "reiniciar", "recomeçar"),
    "Start over from the picture you uploaded": (
        "Beim hochgeladenen Bild neu beginnen",
        "Recommencer à partir de l’image envoyée",
        "Volver a empezar desde la imagen que subiste",
        "Recomeçar a partir da imagem que você enviou",
    ),
    "again": ("nochmal", "encore", "otra-vez", "de-novo"),
    "Give the last edit another try": (
        "Die letzte Änderung noch einmal versuchen",
        "Retenter la dernière modification",
        "Volver a intentar el último cambio",
        "Tentar a última edição mais uma vez",
    ),
    "stronger": ("stärker", "plus-fort", "más-fuerte", "mais-forte"),
    "Do the last edit a little stronger": (
        "Die letzte Änderung etwas stärker ausführen",
        "Refaire la dernière modification un peu plus fort",
        "Hacer el último cambio un poco más fuerte",
        "Fazer a última edição um pouco mais forte",
    ),
    "subtler": ("dezenter", "plus-subtil", "más-sutil", "mais-sutil"),
    "Do the last edit a little subtler": (
        "Die letzte Änderung etwas dezenter ausführen",
        "Refaire la dernière modification un peu plus discrètement",
        "Hacer el último cambio un poco más sutil",
        "Fazer a última edição um pouco mais sutil",
    ),
    "compare": ("vergleichen", "comparer", "comparar", "comparar"),
    "See the current picture before and after its last edit, side by side": (
        "Das jetzige Bild vor und nach der letzten Änderung nebeneinander sehen",
        "Voir l’image actuelle avant et après sa dernière modification, côte à côte",
        "Ver la imagen actual antes y después de su último cambio, una junto a otra",
        "Ver a imagem atual antes e depois da última edição, lado a lado",
    ),
    "history": ("verlauf", "historique", "historial", "histórico"),
    "See all pictures of this conversation, and choose one to go on from": (
        "Alle Bilder dieser Unterhaltung sehen und eines wählen, mit dem es weitergeht",
        "Voir toutes les images de cette conversation et choisir celle d’où repartir",
        "Ver todas las imágenes de esta conversación y elegir con cuál seguir",
        "Ver todas as imagens desta conversa e escolher a partir de qual continuar",
    ),
    "picture": ("bild", "image", "imagen", "imagem"),
    "Go on from the picture with this number": (
        "Mit dem Bild weitermachen, das diese Nummer hat",
        "Repartir de l’image qui porte ce numéro",
        "Seguir a partir de la imagen con este número",
        "Continuar a partir da imagem com este número",
    ),
    "original": ("original", "original", "original", "original"),
    "Make all the edits anew from the picture you uploaded": (
        "Alle Änderungen am hochgeladenen Bild neu ausführen",
        "Refaire toutes les modifications à partir de l’image envoyée",
        "Rehacer todos los cambios a partir de la imagen que subiste",
        "Refazer todas as edições a partir da imagem que você enviou",
    ),
    "cancel": ("abbrechen", "arrêter", "cancelar", "cancelar"),
    "Stop what I'm working on for you": (
        "Abbrechen, woran ich gerade für dich arbeite",
        "Arrêter ce que je suis en train de faire pour vous",
        "Detener lo que estoy haciendo para ti",
        "Parar o que estou fazendo para você",
    ),
    "help": ("hilfe", "aide", "ayuda", "ajuda"),
    "What I can do here": (
        "Was ich hier kann",
        "Ce que je sais faire ici",
        "Lo que puedo hacer aquí",
        "O que eu posso fazer aqui",
    ),
    "settings": ("einstellungen", "réglages", "ajustes", "configurações"),
    "How I behave in this conversation, or by default in this server": (
        "Wie ich mich in dieser Unterhaltung verhalte, oder sonst auf diesem Server",
        "Comment je me comporte dans cette conversation, ou par défaut sur ce serveur",
        "Cómo me comporto en esta conversación, o por defecto en este servidor",
        "Como eu me comporto nesta conversa, ou por padrão neste servidor",
    ),
    "setting": ("einstellung", "réglage", "ajuste", "configuração"),
    "What to change; leave it out to see how things stand": (
        "Was anders sein soll; lass es weg, um zu sehen, wie es steht",
        "Ce qu’il faut changer ; ne mettez rien pour voir ce qui est réglé",
        "Qué cambiar; déjalo vacío para ver cómo está todo",
        "O que mudar; deixe vazio para ver como está",
    ),
    "value": ("wert", "valeur", "valor", "valor"),
    "on or off; for undo: requester or anyone; default takes a change back": (
        "on oder off; bei undo: requester oder anyone; default nimmt eine Änderung zurück",
        "on ou off ; pour undo : requester ou anyone ; default annule un changement",
        "on u off; para undo: requester o anyone; default deshace un cambio",
        "on ou off; para undo: requester ou anyone; default desfaz uma mudança",
    ),
    "server": ("server", "serveur", "servidor", "servidor"),
    "For all conversations of this server that don't say otherwise (moderators only)": (
        "Für alle Unterhaltungen dieses Servers ohne eigene Einstellung (nur Moderatoren)",
        "Pour toutes les conversations de ce serveur sans réglage propre (modérateurs seulement)",
        "Para todas las conversaciones de este servidor sin ajuste propio (solo moderadores)",
        "Para todas as conversas deste servidor sem configuração própria (só moderadores)",
    ),
    "privacy": ("datenschutz", "confidentialité", "privacidad", "privacidade"),
    "What I keep of this conversation, and how to delete it": (
        "Was ich von dieser Unterhaltung behalte, und wie man es löscht",
        "Ce que je garde de cette conversation, et comment l’effacer",
        "Qué guardo de esta conversación y cómo borrarlo",
        "O que eu guardo desta conversa, e como apagar",
    ),
    "what": ("was", "quoi", "qué", "o-que"),
    "delete: take everything away that I keep of this conversation; I ask once more": (
        "delete: alles löschen, was ich von dieser Unterhaltung habe; ich frage noch einmal nach",
        "delete : effacer tout ce que je garde de cette conversation ; je redemande avant",
        "delete: borrar todo lo que guardo de esta conversación; pregunto otra vez antes",
        "delete: apagar tudo o que eu guardo desta conversa; eu pergunto mais uma vez",
    ),
    "pause": ("pausieren", "pause", "pausar", "pausar"),
    "Be quiet in this server until /resume": (
        "Auf diesem Server still sein, bis ein Moderator mich weitermachen lässt",
        "Me taire sur ce serveur jusqu’à la reprise par un modérateur",
        "Guardar silencio en este servidor hasta que un moderador me reanude",
        "Ficar em silêncio neste servidor até um moderador me retomar",
    ),
    "resume": ("fortsetzen", "reprendre", "reanudar", "retomar"),
    "Work in this server again after /pause": (
        "Nach einer Pause auf diesem Server weiterarbeiten",
        "Travailler de nouveau sur ce serveur après une pause",
        "Volver a trabajar en este servidor tras una pausa",
        "Voltar a trabalhar neste servidor depois de uma pausa",
    ),
    "stats": ("statistik", "statistiques", "estadísticas", "estatísticas"),
    "What I did in this server so far": (
        "Was ich auf diesem Server bisher getan habe",
        "Ce que j’ai fait sur ce serveur jusqu’ici",
        "Lo que he hecho hasta ahora en este servidor",
        "O que eu fiz neste servidor até agora",
    ),
    "share": ("teilen", "partager", "compartir", "compartilhar"),
    "May your words, or words and pictures, of this conversation be used to train the bot?": (
        "Dürfen deine Worte, oder Worte und Bilder, aus dieser Unterhaltung den Bot trainieren?",
        "Vos mots, ou vos mots et images, de cette conversation peuvent-ils servir à entraîner le bot ?",
        "¿Pueden tus palabras, o palabras e imágenes, de esta conversación servir para entrenar al bot?",
        "Suas palavras, ou palavras e imagens, desta conversa podem ser usadas para treinar o bot?",
    ),
    "answer": ("antwort", "réponse", "respuesta", "resposta"),
    "on: your words; pictures: your pictures, too; off: neither": (
        "on: deine Worte; pictures: auch deine Bilder; off: keins von beiden",
        "on : vos mots ; pictures : vos images aussi ; off : ni l’un ni l’autre",
        "on: tus palabras; pictures: también tus imágenes; off: nada de eso",
        "on: suas palavras; pictures: suas imagens também; off: nenhuma das duas",
    ),
    "rate": ("bewerten", "noter", "valorar", "avaliar"),
    "Give the newest picture one to five stars": (
        "Dem neuesten Bild einen bis fünf Sterne geben",
        "Donner d’une à cinq étoiles à la dernière image",
        "Dar de una a cinco estrellas a la imagen más reciente",
        "Dar de uma a cinco estrelas à imagem mais recente",
    ),
    "stars": ("sterne", "étoiles", "estrellas", "estrelas"),
    "From one, not at all, to five, just as wished": (
        "Von eins, gar nicht, bis fünf, genau wie gewünscht",
        "D’une, pas du tout, à cinq, exactement comme souhaité",
        "De una, nada en absoluto, a cinco, justo como se pedía",
        "De uma, nada disso, a cinco, exatamente como pedido",
    ),
}


def translated(text: str, locale: discord.Locale) -> str:
    """A text of ours in a person's language, or as it is."""
    column = _LOCALES.get(locale)
    return WORDS[text][column] if column is not None and text in WORDS else text


class Translator(app_commands.Translator):
    """Asked by discord.py for each name and description while the commands are registered."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        found = translated(string.message, locale)
        return None if found == string.message else found
