"""A census file against the registry: what differs, and notices that would put it right."""
