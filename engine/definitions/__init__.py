"""Content roots -> Catalog: references, names, relations, rules, lineage, requirements, local days."""
