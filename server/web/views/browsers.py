"""What a browser says it is, in words for who has to know it again."""

from user_agents import parse

# As sessions keep it.
_MAX_CHARACTERS = 200


def browser_words(agent: str) -> str:
    """Such as ``Firefox on Ubuntu``; what cannot be read is said to be unknown."""
    if not agent:
        return "An unknown browser"
    found = parse(agent[:_MAX_CHARACTERS])
    browser, system = found.browser.family, found.os.family
    known = [each for each in (browser, system) if each and each != "Other"]
    return " on ".join(known) or "An unknown browser"
