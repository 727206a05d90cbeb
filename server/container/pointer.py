"""The pointer: the tiny script of an environment, which loads the build that the environment points to."""

from server.container.encode import encode_literal
from server.model.rollout import Rollout

PLACEHOLDER = "__BUILD_PATH__"
# What stands before the expression in static/dist/rollout.js.
_PICK = "__PICK__="
_SHARES = 2**32


def pointer_script(template: str, build_path: str) -> bytes:
    """static/dist/pointer.js with the build's path, such as `/tags/builds/{hash}.js`, put in as a JSON string.

    Raises ValueError when the template does not have the placeholder exactly once.
    """
    return _filled(template, encode_literal(build_path))


def rollout_pointer_script(template: str, picker: str, build_path: str, *, rollout: Rollout, org_id: str) -> bytes:
    """The same while a new build is rolled out: each visitor gets one of the two, page after page the same.

    ``picker``: static/dist/rollout.js. ``org_id``: names the cookie by which it knows the visitor. Raises ValueError.
    """
    _, separator, expression = picker.rstrip().removesuffix(";").partition(_PICK)
    if not separator:
        raise ValueError(f"the picker must have {_PICK} in it; is it of this version?")
    folder = build_path.rpartition("/")[0]
    put_in = {
        PLACEHOLDER: build_path,
        "__NEXT_PATH__": f"{folder}/{rollout.build_hash}.js",
        "__SHARE__": rollout.percent * _SHARES // 100,
        "__COOKIE__": f"kndctr_{org_id.replace('@', '_')}_identity",
    }
    for name, value in put_in.items():
        expression = expression.replace(name, encode_literal(value))
    return _filled(template, expression)


def _filled(template: str, value: str) -> bytes:
    if template.count(PLACEHOLDER) != 1:
        raise ValueError(f"the pointer's template must have {PLACEHOLDER} exactly once; is it of this version?")
    return template.replace(PLACEHOLDER, value).encode()
