"""Which table holds what: `choose`, by `scores` of names and, for tables of any name, by their rows.

Messages are seen by `spoken`, ratings by `rated`, documents by `filed` and `documents`, tickets by `handled`, people by
`actors`, `askers` and `called_people`; `shown` finds references by values, `typed` by types, `histories` states.
"""
