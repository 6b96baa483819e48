"""Returns, extracts and own reports: what one school, provider, family or LA asks for."""
