"""The protected space. Only this package opens the health store."""
