"""Advisory locks of the database: any numbers, each with one meaning."""

WRITERS_LOCK = 7_101_944  # shared by writers; the sequencer waits for them
SEQUENCER_LOCK = 7_101_946
NIGHTLY_LOCK = 7_101_947
