"""Tests of the pure cryptography."""
