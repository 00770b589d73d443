"""Erasure at the person's word: what would happen, and whether it has (docs/adr/0010)."""
