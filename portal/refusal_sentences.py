"""The sentences of all refusals."""
SENTENCES = {}
STATUSES = {}
