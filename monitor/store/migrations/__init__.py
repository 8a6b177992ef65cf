"""The way of the database from each earlier form to today's, one module a step; `monitor.store.migrate` walks it."""
