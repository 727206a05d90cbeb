"""The forms that edit rules and data elements."""
