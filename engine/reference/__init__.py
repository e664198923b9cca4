"""`gendash docs`: the reference pages."""
