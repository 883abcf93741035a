"""Training of the editor: components, cached latents, the InstructPix2Pix objective, checkpoints."""
