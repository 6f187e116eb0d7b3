"""The parts of ``axis28 simulate``: its flags, its token, its data folder, and the running itself."""
