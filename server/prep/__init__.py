"""Data preparation: a mapping set compiled, and raw JSON made XDM by it. Pure."""
