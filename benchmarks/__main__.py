"""`python -m benchmarks`: measure everything, or what is named; a table for people, JSON for scripts."""

from benchmarks.command import main

if __name__ == "__main__":
    main()
