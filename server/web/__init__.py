"""HTTP: one file a resource. Everything that answers a request is in routes.py or, on the hot path, in front.py."""
