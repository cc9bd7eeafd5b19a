"""The demonstration: made-up organisations taken through every step, the files they get."""
