"""What a community is: plain data, plain rules."""
