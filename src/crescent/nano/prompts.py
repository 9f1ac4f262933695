"""The three requests that `nano` was pretrained to follow, as the text of a user message.

`conf/questions/nano.yaml` holds the same texts; a test keeps the two equal. They are short because every token of them
is read again for every solution.
"""

BAIT = "Write a word problem."
REWRITE = "Old: {other}\nNew: {question}\nThe new problem is too close to the old one. Write a different one."
SOLVE = "{question}\nSolve it, answer after ####."
