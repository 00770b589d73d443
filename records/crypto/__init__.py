"""Pure cryptography: values in, values out. No Django, no clock, no database."""
