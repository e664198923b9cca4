"""`gendash init`: from the tables and samples of an unknown platform to an adapter, with the evidence of each line.

What a module of this room is for, in the order in which `propose` uses them:

- data: `proposal` (what is seen and proposed), `names` (lists of words), `values` and `flags` (SQL by the values)
- tables: `prefixes` and `links` (names and references that nobody declared), `shown` (references by values), then
  `tables`, which chooses: by `scores`, by `spoken`, `rated`, `filed`, `handled` (tables of any name), `documents`,
  `actors` (people) and what a person says (`given`)
- lines: `columns` (the best column of each canonical one; `called` by names, `ids`, `codes`, `comments`, `ended`,
  `file_types`), `elsewhere` and `more_lines` (what other tables give), `people` and `askers`, `writers` and `sides`
  (who wrote a message), `made` (times), `beside` and `in_json` (JSON), `surveys`, `derived` (no table), `moves`
- rows: `rows` and `joins` (what does not count)
- the whole: `unions` and `tenants` (several tables), `doubts` (what speaks against a line), `files` (SQL with evidence)
"""
