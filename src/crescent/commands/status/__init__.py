"""`python -m crescent status`: how runs stand, read from their folders alone. Imports no model library."""
