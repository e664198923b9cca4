"""`gendash verify`: queries, run as a reader, verdicts, freshness."""
