"""`python -m bot` is `dialogpaint`."""

from bot.cli import main

main(prog_name="dialogpaint")
