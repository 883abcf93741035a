"""Which pixels of a photo belong to which of twenty kinds of things."""
