"""What checks look at: plain data, however they were come by."""
