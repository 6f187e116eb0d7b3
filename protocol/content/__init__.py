"""What attached files say: their text and where it stands, read in a process of its own within stated bounds."""
