"""What a person with one GPU does first: does each path work here, how fast is it, does the method gain anything."""
