"""The pure pipeline: what arrives, what a turn is, what a person sees, and the ports the rest plugs into."""
