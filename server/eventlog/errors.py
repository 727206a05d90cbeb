"""What can be wrong with a log as a whole. Trouble that passes is :class:`server.ports.LogUnavailable`."""


class LogLocked(Exception):
    """Another process is the writer of this partition."""


class LogFormatTooNew(Exception):
    """A file was written by a newer version of Heliograph than this one: better to stop than to misread."""


class ReadOnlyLog(RuntimeError):
    """Something was appended through a log that was opened for reading: a mistake of ours, not of the disk."""
