"""Pages that people open in a browser: one file a group of pages, rendered from templates/."""
