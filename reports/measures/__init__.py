"""The five AP outcomes, definition v1: one file a measure. A changed rule is a new version."""
