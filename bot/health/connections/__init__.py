"""A person's connections to medical records: made, synchronised, paused, left and deleted, each at their own word."""
