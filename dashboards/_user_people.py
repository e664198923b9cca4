"""A row of User Analytics, who people are: what they cost, what they asked, tickets and documents of theirs."""

from __future__ import annotations

from typing import Any

from gendash.dashboards._lists import ROW, listed, ranked_row, row_column, row_number
from gendash.dashboards._llm import langfuse_link
from gendash.dashboards._palette import CALLS, COST, USERS, USERS_3, override
from gendash.dashboards._tables import count_bar, linked
from gendash.dashboards._user import NOBODY
from gendash.dashboards.viz import Table
from gendash.engine.model import Panel, sql

USER_ID = "coalesce(nullif(user_id, ''), 'unknown')"
"""SQL: what a row of a table leads on with; rows of guests and deleted accounts lead to all conversations of theirs."""
OF_USER = """(${user:sqlstring} = '__all' or user_id = ${user:sqlstring}
                    or ${user:sqlstring} = 'unknown' and user_id is null)"""
BEGUN = f"{{{{ view('conversation_entity') }}}} where $__timeFilter(created_at) and {OF_USER}"


def column(name: str, **properties: Any) -> dict[str, Any]:
    """An override of one column of a table."""
    return override("byName", name, **properties)


WHO = [
    Panel(
        "top_users",
        "Top users by messages, 30 d",
        "Users who wrote the most messages today and on the 29 days before, with their conversations, LLM tokens and "
        "cost (list price, where traces name the user) and the share of 4 and 5 among their ratings. At most 100."
        "\n\nThe plan calls it 'Top users by activity'.",
        Table(
            sort_by="Messages",
            no_data="–",
            overrides=[
                column("User", custom__minWidth=160, links=[]),
                *linked("Id", "Open the user in Langfuse", custom__width=90),
                row_column(),
                count_bar("Messages", USERS, custom__minWidth=150),
                column("Role", custom__width=110),
                *(column(name, custom__width=75) for name in ("Days", "Ratings")),
                column("Talks", unit="locale", custom__width=70),
                column("Tokens", unit="sishort", decimals=1, custom__width=90),
                column("Cost", unit="currencyUSD", decimals=2, custom__width=80),
                column("CSAT", unit="percentunit", decimals=0, custom__width=70),
                column("Last seen", unit="dateTimeFromNow", custom__width=120),
            ],
        ),
        [
            sql(
                """
                select name as "User", messages as "Messages", role as "Role", active_days as "Days",
                  conversations as "Talks",
                  {% if feature('langfuse') %} tokens as "Tokens", cost_usd as "Cost", {% endif %}
                  {% if feature('feedback') %} ratings as "Ratings",
                  satisfied::float8 / nullif(ratings, 0) as "CSAT", {% endif %}
                  last_at as "Last seen", user_id as "Id", """
                + ranked_row("total")
                + """
                  {% if feature('langfuse') %}, """
                + langfuse_link("users", "user_id")
                + """{% endif %}
                from {{ view('user_top_30d') }} order by rank limit 100""",
                format="table",
                may_be_empty=NOBODY,
            )
        ],
        width=24,
        height=12,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users conversations",
    ),
    Panel(
        "llm_by_user",
        "LLM usage by user: turns, calls, tokens and cost, 30 d",
        "Agent turns, LLM calls, tokens and list price by user, today and the 29 days before; the most "
        "expensive first, at most 100. (untagged): turns whose trace names no user; (unknown): of missing accounts.",
        Table(
            sort_by="Cost",
            no_data="–",
            overrides=[
                column("User", custom__minWidth=160, links=[]),
                *linked("Id", "Open the user in Langfuse", custom__width=90),
                row_column(),
                count_bar("Cost", COST, unit="currencyUSD", decimals=2, custom__minWidth=150),
                column("Turns", unit="locale", custom__width=90),
                column("Of all turns", unit="percentunit", decimals=1, custom__width=105),
                column("Calls", unit="locale", custom__width=90),
                column("Tokens", unit="sishort", decimals=1, custom__width=90),
            ],
        ),
        [
            sql(
                f"""
                select name as "User", cost_usd as "Cost", turns as "Turns", turn_share as "Of all turns",
                  calls as "Calls", tokens as "Tokens", {USER_ID} as "Id", {ranked_row("total")},
                  {langfuse_link("users", "nullif(user_id, '')")}
                from {{{{ view('user_llm_30d') }}}} order by rank limit 102""",
                format="table",
                may_be_empty="no turn was traced within 30 days",
            )
        ],
        width=24,
        height=8,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users langfuse",
    ),
    Panel(
        "desk",
        "Top ticket creators and document uploaders by name, 90 d",
        "Users by the tickets that they opened and the documents that they uploaded and that still exist, of today and "
        "the 89 days before; at most 100. Urgent+ is urgent or high, Failed of the documents that are done or failed."
        "\n\nSupport tickets and Knowledge base, which are for everybody, show people as the first 8 characters "
        "of their id.",
        Table(
            no_data="–",
            overrides=[
                column("User", custom__minWidth=160, links=[]),
                count_bar("Tickets", CALLS, custom__width=130),
                *(column(name, unit="locale", custom__width=75) for name in ("Waiting", "Urgent+")),
                count_bar("Documents", USERS_3, custom__width=130),
                column("Failed", unit="percentunit", decimals=0, custom__width=75),
                column("Size", unit="decbytes", custom__width=90),
                column("Newest", unit="dateTimeFromNow", custom__width=120),
                column("Id", custom__width=90),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                select name as "User", tickets as "Tickets", waiting as "Waiting", urgent as "Urgent+",
                  documents as "Documents", failed / nullif(ended, 0)::float8 as "Failed", bytes as "Size",
                  newest_at as "Newest", {USER_ID} as "Id", {ranked_row("total")}
                from {{{{ view('user_desk_90d') }}}} order by rank limit 101""",
                format="table",
                may_be_empty="no ticket and no document within 90 days",
            )
        ],
        width=24,
        height=8,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users",
    ),
    Panel(
        "user_conversations",
        "List of conversations, newest first",
        "Conversations that everybody, or the user chosen above, began in the picked range, with all messages so far; "
        "at most 200. A click on a name chooses one; unknown: guests and deleted accounts. Each leads to its session "
        "in Langfuse.",
        Table(
            no_data="No conversation",
            name_nothing=False,
            overrides=[
                column("User", custom__minWidth=140, links=[]),
                *linked("Conversation", "Open the session in Langfuse", custom__width=320),
                column("Begun", unit="dateTimeAsIso", custom__width=170),
                column("Channel", custom__width=85),
                *(column(name, unit="locale", custom__width=90) for name in ("Messages", "Questions")),
                column("Id", custom__width=90),
                row_column(115),
            ],
        ),
        [
            sql(
                f"""
                select coalesce(names.name, left(c.user_id, 8), 'unknown') as "User",
                  c.conversation_id as "Conversation", c.created_at as "Begun", c.channel as "Channel",
                  coalesce(said.messages, 0) as "Messages", coalesce(said.questions, 0) as "Questions",
                  coalesce(c.user_id, 'unknown') as "Id", c."{ROW}"
                  {{% if feature('langfuse') %}}, {langfuse_link("sessions", "c.conversation_id")} {{% endif %}}
                from (
                  select conversation_id, user_id, created_at, channel,
                    {row_number("created_at desc, conversation_id", listed(BEGUN))}
                  from {BEGUN} order by created_at desc, conversation_id limit 200
                ) as c
                left join {{{{ view('user_name') }}}} as names using (user_id)
                left join lateral (
                  select sum(messages) as messages, sum(user_messages) as questions
                  from {{{{ view('message_conversation_day') }}}} as m
                  where m.conversation_id = c.conversation_id and m.day <= {{{{ today() }}}}
                ) as said on true
                order by c.created_at desc, c.conversation_id""",
                format="table",
                may_be_empty="no conversation was begun in the picked range, or none of the chosen user",
            )
        ],
        width=24,
        height=12,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users conversations",
    ),
]
