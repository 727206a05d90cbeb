"""The code that a site pastes into its pages, and what its Content-Security-Policy must allow."""

from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlsplit

# What the site's own template engine replaces on every request; a fixed nonce would protect nothing.
NONCE_PLACEHOLDER = "{{ nonce }}"


def embed_code(*, base_url: str, property_id: str, environment: str) -> str:
    """One line for the page's head."""
    return f'<script async src="{_source(base_url, property_id, environment)}"></script>'


def embed_code_with_nonce(*, base_url: str, property_id: str, environment: str, nonce: str = NONCE_PLACEHOLDER) -> str:
    """The same for sites whose policy asks for a nonce; the snippet passes it on to what it loads."""
    source = _source(base_url, property_id, environment)
    return f'<script async nonce="{escape(nonce)}" src="{source}"></script>'


def csp_directives(*, base_url: str, edge: str | None) -> Mapping[str, str]:
    """What the site's policy must list, directive to source. ``edge``: the container's, None where it has none."""
    origin = _origin(base_url)
    return {"script-src": origin, "connect-src": edge or origin}


def _source(base_url: str, property_id: str, environment: str) -> str:
    url = f"{base_url.rstrip('/')}/tags/{quote(property_id, safe='')}/{quote(environment, safe='')}.js"
    return escape(url)


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"
