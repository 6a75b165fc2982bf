"""How a message is read before any rule: words, misspellings, context, measures."""
