"""`stage=claim`: several arms over several seeds, each an ordinary run, and one page about what they show together."""
