"""What a profile store answers when it cannot do its work. Nothing of a call that raises one of these was stored."""


class ProfileStoreUnavailable(Exception):
    """It cannot be read or written just now (disk full, locked, damaged); the text says why. It may be tried again."""


class ProfileStoreMissing(ProfileStoreUnavailable):
    """There is none yet."""


class ProfileStoreTooNew(Exception):
    """It was written by a newer version of Heliograph than this one: better to stop than to misread it."""
