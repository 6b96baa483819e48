"""The pack of a fair access panel's meeting: cases, places, whose turn, and what is not done."""
