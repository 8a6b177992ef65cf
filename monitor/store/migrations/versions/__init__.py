"""One step each. A step that has been released is never changed again; the next one mends it."""
