"""The guard-rails: deterministic rules outside any model, before a message is answered and after an answer is written."""
