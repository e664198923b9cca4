"""`gendash verify`: queries, verdicts, freshness."""
