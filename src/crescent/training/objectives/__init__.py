"""What a training makes of its pairs: a module for each objective, with a class of its name (slot `objective`)."""
