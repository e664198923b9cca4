"""`gendash doctor`: reports what exists, what is missing, and minimum privileges."""
