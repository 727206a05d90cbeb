"""How secrets are stored: hashed, so that what the database holds logs nobody in."""

import hashlib


def secret_hash(secret: str) -> str:
    """SHA-256 in hexadecimal. Enough for 256 random bits; passwords, which people choose, need a slow hash instead."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
