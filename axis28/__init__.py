"""Axis28: reference simulator and conformance suite for Vietnam's national document axis."""

__version__ = "0.1.0"
