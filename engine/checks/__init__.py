"""`gendash check`: one module a subject; every check that build or migrate relies on is run here."""
