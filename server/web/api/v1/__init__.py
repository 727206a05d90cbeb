"""Our own API, `/api/v1`: what the console does, for programs. An endpoint and its description stand together."""
