"""The lowest floor: what people write in YAML, and the names that every other floor shares."""
