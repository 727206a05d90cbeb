"""Which paths are the console's, and which of those are open to everybody."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Everything that is in neither list belongs to the console and needs a session: so a new page is safe at once.

    An entry that ends in a slash stands for everything below it, any other for exactly that path.
    """

    public: tuple[str, ...] = (
        "/login",
        "/static/",
        "/favicon.ico",
        "/data/",
        "/api/v1/",
        "/api/openapi.json",
        "/shared/",
    )
    """The console's own, open to everybody; below `/data/` and `/api/` each API asks who it is.

    Below `/shared/` one event is shown to whoever has its link.
    """
    outside: tuple[str, ...] = ()
    """Not the console's: collection, builds, demo, health. Answered as they answer themselves."""

    def is_public(self, path: str) -> bool:
        return _listed(path, self.public)

    def is_outside(self, path: str) -> bool:
        return _listed(path, self.outside)


def _listed(path: str, entries: tuple[str, ...]) -> bool:
    return any(path == entry or (entry.endswith("/") and path.startswith(entry)) for entry in entries)
