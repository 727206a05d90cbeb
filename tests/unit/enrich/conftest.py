import pytest

from server.enrich.deps import Deps, load_deps


@pytest.fixture(scope="session")
def deps() -> Deps:
    """Made once: compiling the patterns takes a quarter of a second."""
    return load_deps()
