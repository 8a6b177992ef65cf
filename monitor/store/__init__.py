"""What survives a restart: one SQLite file, one thread, one transaction per line of the cycle."""
