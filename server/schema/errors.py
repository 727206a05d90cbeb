"""The one error of this package: a schema document that cannot be used."""


class SchemaError(Exception):
    """A schema is wrong. The message says what to do; ``path`` is a JSON pointer into the document it is about."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{message} (at {path})" if path else message)
        self.message = message
        self.path = path
