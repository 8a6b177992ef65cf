"""Reading news feeds: what is due, fetching it safely, and turning bytes into articles."""
