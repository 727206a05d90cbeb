"""The demo shop's own content: what it sells, what it tells, and the rules of its property."""
