"""Servers that hold a person's medical records: signed in to, read from, and left again. Knows no chat and no table."""
