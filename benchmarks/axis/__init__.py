"""How fast an axis is, in units of what the same machine can do in the same minute: ``python -m benchmarks.axis``."""
