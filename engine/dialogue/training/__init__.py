"""Training of the dialogue model: presets, a loop on Accelerate, whole checkpoints, the exported folder."""
