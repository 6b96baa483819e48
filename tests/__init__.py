"""Tests: real PostgreSQL and Valkey, real browser, no mocks of our own modules."""
