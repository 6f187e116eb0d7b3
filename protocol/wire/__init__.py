"""The HTTP side of the exchange protocol: signed requests, the hash of the file, the operations and a client."""
