"""Whole installations under load whose processes are killed at random points."""
