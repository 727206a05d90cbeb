"""A container into the JavaScript that a page loads: prebuilt fragments put together, and the container as data.

No JavaScript is made from what a property holds; it only chooses fragments by name (docs/decisions: no Node at run
time). Same input, same bytes, so the file can be named by its hash and cached for ever.
"""

from collections.abc import Mapping

from server.container.encode import encode_literal
from server.container.fragments import NO_NEEDS, Needs, used_fragments
from server.model.container import Container, as_json

# The frame that static/build.mjs promises its fragments: each finds `$h`, adds to it, and ends in `;` or a line feed.
_HEAD = '!function(){"use strict";var $h={};'
_START = "$h.start("
_END = ")}();\n"


def compile_container(
    container: Container, *, runtime: str, modules: Mapping[str, str], needs: Needs = NO_NEEDS
) -> bytes:
    """The build's text, ASCII where the fragments are.

    ``runtime`` and ``modules``: the fragments of static/dist, all but the runtime by kind and name, such as
    ``events/click``; ``needs``: which of them bring others with them. Raises ValueError when one that the container
    uses is not there.
    """
    used = used_fragments(container, needs=needs)
    missing = [name for name in used if name not in modules]
    if missing:
        raise ValueError(f"no fragment for {', '.join(missing)}; are the files in static/dist those of this version?")
    fragments = [runtime, *(modules[name] for name in used)]
    return "".join([_HEAD, *fragments, _START, encode_literal(as_json(container)), _END]).encode()
