from server.container.fingerprint import build_hash, integrity


def test_a_build_is_named_by_the_beginning_of_its_sha256() -> None:
    assert build_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb924"


def test_the_integrity_is_the_base64_of_the_sha384() -> None:
    assert integrity(b"alert('Hello, world.');") == (
        "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
    )
