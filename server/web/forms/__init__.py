"""Forms of the console: how they are read, what they make of what is kept, and where an edit is saved."""
