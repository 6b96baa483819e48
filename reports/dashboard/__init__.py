"""The inclusion dashboard: how often what happens to whom, by area and group, and how late."""
