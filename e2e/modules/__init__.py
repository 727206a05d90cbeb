"""The snippet's modules in a real browser: what their descriptions promise in `examples` happens."""
