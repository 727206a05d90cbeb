"""Forms that edit a property's rules and data elements: a part of the document as fields, and fields as a document."""
