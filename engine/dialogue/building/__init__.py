"""Builds the dialogue data set (paper section 3.1): a library and completers in, filtered dialogues out."""
