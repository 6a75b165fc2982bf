"""Answers in the Health space: composed from confirmed facts and reviewed sentences, with or without a model."""
