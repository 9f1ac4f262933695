"""When two answers say the same: canonical texts, other forms of one value, and formulas compared by their values."""
