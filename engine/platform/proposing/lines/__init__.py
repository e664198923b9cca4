"""The line of each canonical column of a chosen table, and which of its rows count.

- `columns`, the best column of each: by names (`called`), `ids`, `codes`, `file_types`
- what is no plain column: `more_lines`, `people` and `profiles`, `writers` and `sides` (who wrote a message), `made`
  (times), `surveys` (ratings of conversations), `moves` and
  `last_state` (of tickets' statuses), `derived` (without a table)
- rows: `rows` and `joins`
"""
