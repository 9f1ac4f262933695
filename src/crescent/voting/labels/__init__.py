"""What makes a label of solutions: a module for each rule, with a class of its name (slot `label`)."""
