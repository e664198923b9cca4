"""`gendash doctor`: what is there, what is missing, minimum privileges."""
