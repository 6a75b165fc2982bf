"""The gradual opening: waitlist and enrollment. Knows nothing of `bot` or Telegram: a member is an opaque id."""
