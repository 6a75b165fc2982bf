"""What Carnet costs, always beside a peer or a floor measured in the same run: `python -m benchmarks`."""
