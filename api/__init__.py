"""The registry over HTTP: JSON for programs, pages for people."""
