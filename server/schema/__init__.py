"""XDM schemas: put together from classes and field groups, compiled to validators, listed as fields."""
