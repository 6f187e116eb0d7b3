"""The scenarios: one module per theme, one story per check; ``conformance.checks`` collects them."""
