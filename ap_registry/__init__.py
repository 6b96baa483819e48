"""The registry of alternative provision placements and pupil movements."""
