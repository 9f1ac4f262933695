"""What a person can ask for: one file or folder per command."""
