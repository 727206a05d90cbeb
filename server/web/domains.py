"""Which domains are somebody's, and which are everybody's, by the public suffix list."""

from functools import lru_cache

from publicsuffixlist import PublicSuffixList


class RegistrableDomains:
    """``domains("www.shop.co.uk") == "shop.co.uk"``; None for an address, a single label or a public suffix."""

    def __init__(self) -> None:
        self._list = PublicSuffixList()
        # A site's beacons all ask for the same few hosts; the header is the client's, so the cache is bounded.
        self._find = lru_cache(maxsize=1_024)(self._list.privatesuffix)

    def __call__(self, host: str) -> str | None:
        if not host or "." not in host or host.replace(".", "").isdigit() or ":" in host:
            return None
        found: str | None = self._find(host)
        return found
