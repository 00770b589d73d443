"""Rows with leases: the truth about work that takes long. A message carries only an id."""
