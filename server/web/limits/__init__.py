"""What stands before every request: who it is from, whether there is room for it, and what to say when there is not."""
