"""The figures over HTTP: endpoints, panels as endpoints, pages, for tokens of three roles. Extra `gendash[api]`."""
