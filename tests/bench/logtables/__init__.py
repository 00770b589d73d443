"""One table with one row that is read, logged in three ways."""
