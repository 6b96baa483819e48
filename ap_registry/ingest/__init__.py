"""Outside files become notices and reference data; bad rows are named, good ones taken."""
