"""How the daemon is run by others: service manager, container, dashboard."""
