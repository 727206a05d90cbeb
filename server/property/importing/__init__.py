"""Properties out of what other tag managers export, with a report of what each part has become."""
