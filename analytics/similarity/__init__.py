"""What articles are about: their words as vectors, and which are nearest to which."""
