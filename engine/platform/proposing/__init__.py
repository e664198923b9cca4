"""`gendash init`: from the tables and samples of an unknown platform to an adapter, with the evidence of each line."""
