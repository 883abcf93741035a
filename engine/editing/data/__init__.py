"""Pairs (source, target, instruction, mask) that are exact by construction."""
