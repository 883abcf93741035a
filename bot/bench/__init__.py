"""What the bot and its store cost by themselves, for `dialogpaint bench`."""
