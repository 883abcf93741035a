"""The grammar: hand-written patterns that compose into unlimited training dialogues. No torch in here."""
