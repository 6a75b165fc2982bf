"""b.well Connected Health, for its partners only: there is no way to use it without a contract with them.

Never run against b.well itself. Off while `connections.bwell.client_key` is missing; the chat does not offer it yet. What
of it is public, and what is assumed, is `docs/contracts/bwell.md`.
"""
