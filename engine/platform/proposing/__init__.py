"""`gendash init`: from the tables and samples of an unknown platform to an adapter, with the evidence of each line.

`propose` does it, in the order of the rooms below; a module imports only from its own room and those above it:

- here: `proposal` (what is seen and proposed, as data), `names` (lists of words), `values` and `flags` (SQL by the
  values), `given` (what a person says)
- `evidence`: what names, references and values show, whatever it is used for
- `tables`: which table holds what (`choose`)
- `lines`: the line of each canonical column, and which rows count
- `doubts`: what speaks against a line or a table whose evidence calls it certain
- here, of the whole: `unions` and `tenants` (several tables), `files` (SQL with evidence)
"""
