"""The keys of the YAML header of a SQL file and of its columns: type, meaning, and which relations may have them.

Checks and docs/reference/keys.md read these lists; nothing else declares a key.
"""

from __future__ import annotations

from gendash.engine.definitions.keys import RELATION_KINDS, Key

AUDIENCES = ("everyone", "admin", "none")
PLACES = ("source", "store", "prometheus")
SEVERITIES = ("critical", "warning")
MERGES = ("sum", "min", "max")
STORE = ("table", "rollup", "view")

HEADER_KEYS: tuple[Key, ...] = (
    Key("doc", "text", "what the relation holds; becomes its comment in the database", needed=RELATION_KINDS),
    Key("grain", "text", "what one row is: one row per ...", STORE, needed=STORE),
    Key(
        "audience",
        "str",
        "whose dashboards may read it; none: only other relations do",
        STORE,
        needed=STORE,
        choices=AUDIENCES,
    ),
    Key(
        "feature",
        "text",
        "features that must be on, separated by blanks; it stays empty while one is off",
    ),
    Key(
        "columns",
        "columns",
        "the columns by name, each with the keys below, or only a text: its doc",
        ("staging", *STORE),
        needed=("staging", *STORE),
    ),
    Key(
        "key",
        "list",
        "the columns that identify a row; of an audit, those that name a find",
        ("table", "rollup", "view", "audit"),
        needed=("table", "rollup"),
    ),
    Key(
        "each",
        "maps",
        "the file once for each of these maps: `$word` is replaced by its values, `name` names the relation",
        ("staging", *STORE, "audit"),
    ),
    Key("time", "text", "the column whose day a row belongs to; in staging `table.column`", ("staging", *STORE[:2])),
    Key("indexes", "lists", "further indexes, each a list of columns; of a view only with materialized", STORE),
    Key(
        "cadence",
        "duration",
        "how often it is refreshed, or an audit is run (default 5m); of a view only with materialized",
        ("rollup", "view", "audit"),
    ),
    Key("materialized", "bool", "true: the view is stored, and refreshed at its cadence", ("view",)),
    # what a refresh computes again
    Key("window", "bool", "true: a refresh computes only the days that changed", ("rollup",)),
    Key("newest", "text", "the column that says how new a row is; `time` where absent", ("rollup",)),
    Key(
        "reach",
        "days by relation",
        "with window: how many days before (or all) and after its own a row reads of each relation",
        ("rollup",),
    ),
    Key("whole", "list", "with `all` in reach: the columns that the rows share that a row reads", ("rollup",)),
    Key("keep", "bool", "true: its rows cannot be computed again, so it is altered and never rebuilt", ("rollup",)),
    Key(
        "purpose",
        "str",
        "what gendash reads it for: when relations were filled, the list of users, results of audits",
        ("rollup", "view"),
        choices=("freshness", "accounts", "audits"),
    ),
    Key(
        "tracked",
        "bool",
        "true: triggers note the days on which its rows change; of a rollup always",
        ("table", "rollup"),
    ),
    Key(
        "together",
        "list",
        "with tracked: columns whose rows are one thing above; where one changes, the days of all count",
        ("table", "rollup"),
    ),
    # staging: the platform's names
    Key("tables", "texts by name", "the platform's tables by the name that gendash uses", ("staging",), ("staging",)),
    Key(
        "parents",
        "texts by name",
        "by column, `table.column` of the row that it belongs to: rows whose parent does not count do not count",
        ("staging",),
    ),
    Key(
        "reads",
        "maps of texts",
        "by table, the platform's columns by the name that gendash uses",
        ("staging",),
        ("staging",),
    ),
    Key(
        "required",
        "list",
        "the columns of its first table that an adapter must give; others may be absent",
        ("staging",),
    ),
    Key(
        "one_of",
        "list",
        "`table.column`s of which an adapter must give one, or else the feature is off",
        ("staging",),
    ),
    Key("words", "word lists", "by vocabulary, the platform's words for each word of gendash", ("staging",)),
    Key(
        "make",
        "maps of texts",
        "how the platform gets a table or column that it lacks: sql, and app, what the application does",
        ("staging",),
    ),
    Key(
        "own_rows",
        "text",
        "the column that names the user to whom a row belongs, or its keyed hash: the API shows it to that user",
        ("rollup",),
    ),
    # audits
    Key(
        "place",
        "one or two",
        "where the query runs; two places: the rows of both must agree by key",
        ("audit",),
        ("audit",),
        PLACES,
    ),
    Key("severity", "str", "how bad a find is", ("audit",), ("audit",), SEVERITIES),
    Key("days", "int", "how many of the last whole days are audited, one by one", ("audit",)),
    Key("newest", "bool", "true: of a large table of the platform only the newest 64 MB are audited", ("audit",)),
    Key("tolerance", "amount", "the share by which two figures may differ, such as 0.05", ("audit",)),
    Key("slack", "amount", "the number by which two figures may always differ", ("audit",)),
    Key("limit", "amount", "the share of rows that may be found, of a query that gives found and total", ("audit",)),
    Key(
        "touches",
        "list",
        "of an audit with a limit: the relations whose figures are doubtful beyond it; all that it reads if absent",
        ("audit",),
    ),
    Key("promql", "text", "the query of the place prometheus", ("audit",)),
    Key("must_compare", "bool", "true: no rows in either place is a find too", ("audit",)),
)

COLUMN_KEYS: tuple[Key, ...] = (
    Key(
        "doc",
        "text",
        "what the column says, with its unit; becomes its comment",
        ("staging", *STORE),
        ("staging", *STORE),
    ),
    Key("type", "sql type", "its type in PostgreSQL", ("staging", *STORE), ("table", "rollup")),
    Key("null", "bool", "true: it may be NULL", ("staging", *STORE)),
    Key("default", "text", "SQL: what a new row gets", ("table",)),
    Key("from", "text", "fields of Langfuse's API that it comes from, separated by blanks", ("table",)),
    Key("merge", "str", "how partial rows of one key are put together", ("rollup",), choices=MERGES),
    Key(
        "of_user",
        "true or row",
        "it names a user: of deleted users it is set to NULL, or with `row` the row is deleted",
        ("rollup",),
    ),
    Key("hash_of", "text", "it is the keyed hash of this column", ("rollup",)),
)
