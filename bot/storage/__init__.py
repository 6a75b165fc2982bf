"""The databases: how they are opened, the general side's tables, the wrapped keys and the queue."""
