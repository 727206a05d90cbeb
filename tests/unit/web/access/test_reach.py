import pytest

from server.web.access.reach import Reach

REACH = Reach(public=("/login", "/static/"), outside=("/demo/", "/health"))


@pytest.mark.parametrize("path", ["/login", "/static/", "/static/a/b.css"])
def test_public_paths(path: str) -> None:
    assert REACH.is_public(path)


@pytest.mark.parametrize("path", ["/", "/login/", "/login2", "/static", "/staticx/a", "/x/login", "/demo/", ""])
def test_everything_else_is_not_public(path: str) -> None:
    assert not REACH.is_public(path)


def test_outside_paths() -> None:
    assert REACH.is_outside("/demo/cart")
    assert REACH.is_outside("/health")
    assert not REACH.is_outside("/demo")
    assert not REACH.is_outside("/healthy")
