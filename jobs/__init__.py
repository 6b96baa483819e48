"""What happens later: every job acts on rows, may run twice, and ends in a row or nothing."""
