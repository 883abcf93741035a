"""Pairs (source, target, instruction, mask?): exact ones, by Prompt-to-Prompt, and one's own."""
