"""Who may see and do what: accounts, sessions, tokens, roles, and what is taken down of it."""
