"""Where the final answer of a solution stands: what of the text counts, what it announces, and what it comes to."""
