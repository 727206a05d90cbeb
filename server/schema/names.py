"""Names as events have them: XDM's documents write ``xdm:web`` and ``@id`` where events say ``web`` and ``_id``."""

from collections.abc import Mapping

from server.model.json import Json, JsonObject


def run_time_name(name: str) -> tuple[str, ...]:
    """The path of a name: ``xdm:web`` is ``web``, ``@id`` is ``_id``, ``dc:language`` is ``_dc``, ``language``.

    A URI is its own name, as in XDM's maps by URI; so is a name that has a colon with nothing on one side.
    """
    prefix, colon, rest = name.partition(":")
    if name.startswith("@") and len(name) > 1:
        return (f"_{name[1:]}",)
    if not colon or not prefix or not rest or rest.startswith("//"):
        return (name,)
    return (rest,) if prefix == "xdm" else (f"_{prefix}", rest)


def run_time_path(path: str) -> str:
    """A pointer to a field, as descriptors hold it, with names as events have them: ``/xdm:person/xdm:name``."""
    return "/".join(token if not token else "/".join(run_time_name(token)) for token in path.split("/"))


def run_time_document(document: Json) -> Json:
    """A document that writes names as XDM's examples do, as an event would."""
    if isinstance(document, list):
        return [run_time_document(item) for item in document]
    if not isinstance(document, Mapping):
        return document
    renamed: JsonObject = {}
    for name, value in document.items():
        *group, own = run_time_name(name)
        place = renamed.setdefault(group[0], {}) if group else renamed
        place[own] = run_time_document(value)
    return renamed
