"""Refusals of retention."""
