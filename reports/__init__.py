"""Reports: from rows as at an instant to figures, and from figures to files."""
