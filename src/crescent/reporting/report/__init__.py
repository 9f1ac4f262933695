"""What a run found, for people: `report.html` and the table at the end of a run, both from `summary.json` alone."""
