"""A container into the JavaScript that a page loads: prebuilt fragments put together, and the container as data.

No JavaScript is made from what a property holds; it only chooses fragments by name (docs/decisions: no Node at run
time). Same input, same bytes, so the file can be named by its hash and cached for ever.
"""

from collections.abc import Iterator, Mapping, Sequence

from server.container.encode import encode_literal
from server.model.container import Container, as_json

# The frame that static/build.mjs promises its fragments: each finds `$h`, adds to it, and ends in `;` or a line feed.
_HEAD = "!function(){var $h={};"
_START = "$h.start("
_END = ")}();\n"


def compile_container(container: Container, *, runtime: str, modules: Mapping[str, str]) -> bytes:
    """The build's text, ASCII where the fragments are.

    ``runtime`` and ``modules``: the fragments of static/dist, modules by kind and type, such as ``events/click``.
    Raises ValueError when a module that the container uses is not among them.
    """
    used = used_modules(container)
    missing = [name for name in used if name not in modules]
    if missing:
        raise ValueError(f"no fragment for {', '.join(missing)}; are the files in static/dist those of this version?")
    fragments = [runtime, *(modules[name] for name in used)]
    return "".join([_HEAD, *fragments, _START, encode_literal(as_json(container)), _END]).encode()


def used_modules(container: Container) -> Sequence[str]:
    """``events/click``, …: what the container needs, sorted, each once."""
    return sorted(set(_modules(container)))


def _modules(container: Container) -> Iterator[str]:
    for rule in container.rules:
        yield from (f"events/{event.module}" for event in rule.events)
        yield from (f"actions/{action.module}" for action in rule.actions)
    for element in container.data_elements.values():
        yield f"dataElements/{element.module}"
        yield from (f"dataElements/{source.module}" for source in element.fallback)
