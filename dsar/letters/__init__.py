"""Letters: their kinds, their sentences in two languages, their composition. Pure."""
