"""Made-up local authorities: organisations, calendars, notices and registers, by seed."""

from ap_registry.demo.building import Built, build

__all__ = ["Built", "build"]
