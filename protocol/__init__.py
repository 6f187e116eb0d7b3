"""The exchange protocol as a library: packages, the wire and rules. Knows no server, no database, no pytest."""
