"""What somebody may have meant by a name that does not exist."""

import difflib
from collections.abc import Iterable

# Less, and difflib finds a likeness in everything.
_LIKENESS = 0.6
# Shorter beginnings are those of too many words.
_MIN_BEGINNING = 3
_MAX_LISTED = 12


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like it, or one that begins so, or None; case does not count."""
    by_fold = {candidate.casefold(): candidate for candidate in sorted(known)}
    folded = name[:100].casefold()
    found = difflib.get_close_matches(folded, by_fold, n=1, cutoff=_LIKENESS)
    if not found and len(folded) >= _MIN_BEGINNING:
        found = [candidate for candidate in by_fold if candidate.startswith(folded)]
    return by_fold[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean `events`?`` with its leading space, or nothing."""
    found = nearest(name, known)
    return f" Did you mean `{found}`?" if found else ""


def cure(name: str, known: Iterable[str]) -> str:
    """A sentence: the nearest name, or the list of those there are."""
    names = sorted(known)
    found = nearest(name, names)
    if found:
        return f"Did you mean `{found}`?"
    if not names:
        return "Remove it."
    listed = ", ".join(f"`{each}`" for each in names[:_MAX_LISTED])
    return f"Use one of {listed}{' …' if len(names) > _MAX_LISTED else ''}."
