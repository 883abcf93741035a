"""`dialogpaint bench`: the engine beside diffusers' stock pipeline, on the same weights in one run."""
