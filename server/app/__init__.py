"""The composition root: all wiring, one file a process, and nothing but wiring. Everything else gets what it needs."""
