"""The demo city: invented people, their cards and sign-ins. Nothing here runs outside demo mode."""
