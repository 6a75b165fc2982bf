"""What every other package may rely on: errors, ids, time, wrapped secrets and content-free logs."""
