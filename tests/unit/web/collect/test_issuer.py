"""Tokens of another issuer: signed by its keys, for us, in time; and nothing else."""

import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from server.web.collect.issuer import BadKeys, TrustedIssuer

ISSUER, AUDIENCE = "https://issuer.example", "heliograph"
RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def keys(*, with_ec: bool = True) -> bytes:
    found = [{**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "rsa", "alg": "RS256"}]
    if with_ec:
        found.append({**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "ec"})
    return json.dumps({"keys": found}).encode()


class Issuer(TrustedIssuer):
    """With both keys. ``asked``: how often keys were wanted."""

    def __init__(self, document: bytes | None = None) -> None:
        self.asked = 0
        super().__init__(issuer=ISSUER, audience=AUDIENCE, clock_ms=now_ms, want_keys=self._ask)
        self.use_keys(keys() if document is None else document)

    def _ask(self) -> None:
        self.asked += 1


def token(key: Any = EC_KEY, *, kid: str | None = "ec", algorithm: str = "ES256", **claims: Any) -> str:
    given = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600} | claims
    named = {} if kid is None else {"kid": kid}
    return jwt.encode({name: value for name, value in given.items() if value is not None}, key, algorithm, named)


def test_a_token_of_either_key_is_trusted_again_and_again() -> None:
    issuer = Issuer()

    for each in (token(), token(RSA_KEY, kid="rsa", algorithm="RS256"), token(aud=["other", AUDIENCE])):
        assert issuer.is_trusted(each)
        assert issuer.is_trusted(each)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 3_600},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int(time.time()) + 3_600},
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
    ],
)
def test_a_claim_that_does_not_fit_is_enough_to_refuse(claims: dict[str, Any]) -> None:
    assert not Issuer().is_trusted(token(**claims))


def test_a_signature_of_another_key_is_refused_whatever_name_it_gives_itself() -> None:
    issuer = Issuer()

    assert not issuer.is_trusted(token(OTHER_KEY))
    assert not issuer.is_trusted(token(OTHER_KEY, kid=None))
    assert issuer.asked == 0


def test_a_key_that_is_not_known_is_asked_for() -> None:
    issuer = Issuer()

    assert not issuer.is_trusted(token(OTHER_KEY, kid="new"))
    assert issuer.asked == 1


def test_without_a_name_there_must_be_one_key_only() -> None:
    nameless = token(RSA_KEY, kid=None, algorithm="RS256")

    assert Issuer(keys(with_ec=False)).is_trusted(nameless)
    assert not Issuer().is_trusted(nameless)


def test_a_public_key_cannot_be_used_as_a_secret() -> None:
    public = RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, body = token().split(".")[:2]
    forged_head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "kid": "rsa"}).encode()).decode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{forged_head}.{body}".encode(), public
    )
    forged = f"{forged_head}.{body}.{jwt.utils.base64url_encode(signature).decode()}"
    unsigned = jwt.encode({"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600}, "", "none")

    assert head
    assert not Issuer().is_trusted(forged)
    assert not Issuer().is_trusted(unsigned)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "x" * 8_000, "é.ü.ö", f"{'e30.' * 3}"])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert not Issuer().is_trusted(text)


def test_new_keys_replace_the_old_ones_at_once() -> None:
    issuer, mine = Issuer(), token()
    assert issuer.is_trusted(mine)

    issuer.use_keys(keys(with_ec=False))

    assert not issuer.is_trusted(mine)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"keys": []}',
        b'{"keys": 5}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "ec"}]}',
        b'{"keys": [{"kty": "RSA"}]}',
        json.dumps({"keys": json.loads(keys())["keys"] * 40}).encode(),
    ],
)
def test_what_are_no_keys_changes_nothing(document: bytes) -> None:
    issuer = Issuer()

    with pytest.raises(BadKeys):
        issuer.use_keys(document)

    assert issuer.is_trusted(token())
