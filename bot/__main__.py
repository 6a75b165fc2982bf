"""`python -m bot` and the `carnet` command."""

from bot.cli import main

if __name__ == "__main__":
    main()
