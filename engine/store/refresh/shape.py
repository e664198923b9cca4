"""What relations that are not due would no longer find on the platform: renamed columns, privileges that were lost."""

from __future__ import annotations

from collections.abc import Collection

from gendash.engine.clients.postgres import connect, source
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import rollups
from gendash.engine.errors import TargetError
from gendash.engine.platform.columns import missing, read_columns


def changed_shapes(catalog: Catalog, names: Collection[str]) -> list[str]:
    """The tables and columns that the relations ``names`` lack on the platform, as problems; reads only its catalogs.

    A scheduled job thus fails at its next run, not when the relation is due. A platform that does not answer is no
    problem here: nothing is due.
    """
    reading = [relation for relation in rollups(catalog) if relation.name in set(names)]
    if not reading or not catalog.config.has("platform"):
        return []
    try:
        with connect(source(catalog.config), read_only=True) as connection:
            seen = read_columns(connection, catalog)
    except TargetError:
        return []
    return list(dict.fromkeys(str(problem) for relation in reading for problem in missing(catalog, relation, seen)))
