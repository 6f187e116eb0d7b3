"""Signatures in PDF files: made, read in a confined child, and judged. Imports nothing by itself."""
