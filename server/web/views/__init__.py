"""What pages show, as values that templates print: nothing here reads a form or changes anything."""
