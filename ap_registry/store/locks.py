"""Advisory locks of the database: any numbers, each with one meaning."""

WRITERS_LOCK = 7_101_944  # shared by writers; the sequencer waits for them
WORLD_LOCK = 7_101_947  # shared by whoever derives; reference data changes alone
MOVEMENTS_SLOTS = 7_101_948  # first of a pair: 1,024 slots of pupils, by the end of their id
MARKS_SLOTS = 7_101_949
NIGHTLY_LOCK = 7_101_950
BUNDLE_LOCK = 7_101_951  # one worker at a time puts what is due into messages
EMERGENCY_SLOTS = 7_101_961  # first of a pair: who opens records in emergencies
REFRESH_LOCK = 7_101_960  # one worker at a time takes in organisations by night
SLOT = "(get_byte(uuid_send({pupil}), 14) & 3) * 256 + get_byte(uuid_send({pupil}), 15)"
