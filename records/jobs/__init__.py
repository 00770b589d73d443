"""Rows with leases: the truth about work that takes long. The broker's message carries only an id."""
