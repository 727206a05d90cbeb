"""What bytes mean: one file a protocol, decoding to values and encoding answers. Nothing but WireError is raised."""
