"""Carnet's bot: a Telegram assistant with a protected Health space."""
