"""The content of content roots: the keys and visual options that files may have, and the catalog that they form."""
