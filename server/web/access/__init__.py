"""Who may see and do what: sign-in, sessions, roles, HTTPS, and the headers that protect a page."""
