import stat
from pathlib import Path

import pytest

from server.store.seal import KEY_FILE_NAME, CannotUnseal, Seal


def test_what_is_sealed_opens_again_for_its_purpose_alone(tmp_path: Path) -> None:
    sealed = Seal(tmp_path).close("secret", purpose="subscription")

    assert "secret" not in sealed
    assert Seal(tmp_path).open(sealed, purpose="subscription") == "secret"
    with pytest.raises(CannotUnseal):
        Seal(tmp_path).open(sealed, purpose="another")


def test_the_same_secret_is_never_sealed_the_same(tmp_path: Path) -> None:
    seal = Seal(tmp_path)

    assert seal.close("secret", purpose="p") != seal.close("secret", purpose="p")


def test_its_key_is_for_its_owner_alone_and_made_once(tmp_path: Path) -> None:
    first = Seal(tmp_path).close("a", purpose="p")
    Seal(tmp_path).close("b", purpose="p")

    assert stat.S_IMODE((tmp_path / KEY_FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE_NAME]
    assert Seal(tmp_path).open(first, purpose="p") == "a"


@pytest.mark.parametrize("damage", ["gone", "another", "short", "no key at all"])
def test_without_its_key_a_secret_is_lost_and_it_says_what_to_do(tmp_path: Path, damage: str) -> None:
    sealed, key = Seal(tmp_path).close("secret", purpose="p"), tmp_path / KEY_FILE_NAME
    if damage == "gone":
        key.unlink()
    else:
        key.write_bytes({"another": bytes(32), "short": b"x", "no key at all": b""}[damage])

    with pytest.raises(CannotUnseal, match=f"{KEY_FILE_NAME}.*make a new secret"):
        Seal(tmp_path).open(sealed, purpose="p")


@pytest.mark.parametrize("sealed", ["", "!", "AAAA", "A" * 100])
def test_what_was_never_sealed_does_not_open(tmp_path: Path, sealed: str) -> None:
    Seal(tmp_path).close("secret", purpose="p")

    with pytest.raises(CannotUnseal):
        Seal(tmp_path).open(sealed, purpose="p")
