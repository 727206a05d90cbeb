"""Heliograph: open, self-hosted collection of web behaviour as XDM. The code map is in docs/architecture.md."""

__version__ = "0.1.0"
