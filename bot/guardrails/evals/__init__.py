"""Measures the guard-rails on written sets, so that a change that protects people less cannot pass unseen."""
