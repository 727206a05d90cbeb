"""HTTP. The collector's half is collect/ and limits/; the console's is all the rest, listed in routes.py."""
