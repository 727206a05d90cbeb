"""Loops: each takes from a log, calls the core, and hands on. The supervisor starts and stops their processes."""
