"""What a run made, for other programs: pairs as conversations, and the model with its card."""
