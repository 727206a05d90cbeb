"""The pointer: the tiny script of an environment, which loads the build that the environment points to."""

from server.container.encode import encode_literal

PLACEHOLDER = "__BUILD_PATH__"


def pointer_script(template: str, build_path: str) -> bytes:
    """static/dist/pointer.js with the build's path, such as `/tags/builds/{hash}.js`, put in as a JSON string.

    Raises ValueError when the template does not have the placeholder exactly once.
    """
    if template.count(PLACEHOLDER) != 1:
        raise ValueError(f"the pointer's template must have {PLACEHOLDER} exactly once; is it of this version?")
    return template.replace(PLACEHOLDER, encode_literal(build_path)).encode()
