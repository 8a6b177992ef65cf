"""What an article says: the companies it names and the AI-related events it reports."""
