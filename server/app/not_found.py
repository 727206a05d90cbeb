"""The answer of a command that was asked for something that is not there."""


class NotFound(Exception):
    """What the command names does not exist. ``args``: a sentence that says what does."""
