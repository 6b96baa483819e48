"""Who came into alternative provision and who left it: flows, lengths, places, spend."""
