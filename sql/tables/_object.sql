/*
doc: What gendash has made in this schema, so that it changes and drops nothing else.
grain: one row per object and aspect of it
audience: none
key: [name, kind]
columns:
  name: {type: text, doc: name of the object}
  kind: {type: text, doc: "table, rollup, view, materialized, function, query, about, role (its password) or grant (rights in the database)"}
  hash: {type: text, doc: sha256 of its definition}
  made_at: {type: timestamptz, doc: when this definition was created}
*/
