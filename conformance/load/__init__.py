"""Load: open arrivals at intended instants, documents followed to their acknowledgement, thresholds that decide.

Everything here but ``locustfile`` runs in the process of the command and never imports Locust; ``locustfile`` runs in
the generator's own processes, because importing Locust patches the sockets and threads of the whole process.
"""
