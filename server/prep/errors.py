"""What can be wrong with a mapping: once when it is compiled, or for one object when it is evaluated."""


class MappingError(ValueError):
    """A line cannot be compiled. ``args``: a sentence for the person who wrote it."""


class EvaluationError(ValueError):
    """A line has no value for this object: its field is left out, and the event has a warning.

    ``args``: a sentence for the person who wrote it.
    """
