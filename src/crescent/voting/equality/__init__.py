"""When two answers say the same: their canonical texts, other forms of one value, and formulas compared by their values."""
