"""`python -m crescent verify FOLDER`: whether the page of a run or of a claim and the rows on disk agree."""
