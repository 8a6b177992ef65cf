"""What to say about a move, whether to say it, and how to deliver it exactly once."""
