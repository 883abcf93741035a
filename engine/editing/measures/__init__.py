"""How good the edits are: against targets, as distributions, over the guidance, beside the stock pipeline."""
