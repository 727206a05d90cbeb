"""The fields of a resolved schema by their paths, as whoever maps values to them names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.model.json import JsonObject
from server.schema.fields import Field, fields


@dataclass(frozen=True, slots=True)
class XdmFields:
    """All fields of one resolved schema, by path."""

    by_path: Mapping[str, Field] = field(default_factory=dict)

    @classmethod
    def of(cls, resolved: JsonObject) -> "XdmFields":
        return cls({each.path: each for each in fields(resolved)})

    def find(self, path: str) -> Field | None:
        """The field of this path; keys of maps are whatever a person writes. None for what the schema does not have."""
        found = self.by_path.get(path)
        keys = path.split(".")
        for index in range(1, len(keys)):
            if found is not None:
                return found
            mark = "[*]" if keys[index].endswith("[*]") else ""
            found = self.by_path.get(".".join([*keys[:index], f"*{mark}", *keys[index + 1 :]]))
        return found

    def type_of(self, path: str) -> str:
        """XDM's word for what it holds; empty where that is not known."""
        found = self.find(path)
        return "" if found is None or found.type == "any" else found.type
