"""Measurements: how fast, and how much memory, beside limits and peers of the same machine."""
