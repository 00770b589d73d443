"""An app of the tests' own; installed only where a test asks for it."""
