"""Schemas and field groups as forms hold them: read from what is kept, checked, and written back."""
