"""Common Transfer Files (DfE CTF 25): what goes with a pupil from school to school."""
