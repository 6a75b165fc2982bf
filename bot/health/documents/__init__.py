"""Reading a person's documents: in another process, within limits, and only as proposals its owner confirms."""
