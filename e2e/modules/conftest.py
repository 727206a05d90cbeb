"""What the tests of the snippet's modules share."""

from pathlib import Path

import pytest

from server.publish import Fragments, load_fragments


@pytest.fixture(scope="session")
def fragments() -> Fragments:
    return load_fragments(Path(__file__).parents[2] / "static")
