"""The settings of a property as forms: made from the property's own schema, with words for marketers laid over it."""
