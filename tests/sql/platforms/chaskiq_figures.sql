-- Plain SQL over the rows of engine/platform/strangers/chaskiq.sql.
-- figure: users
select role, active, count(*) from (
  select 'user' as role, true as active from app_users
  union all
  select case when id in (select agent_id from roles where role = 'admin') then 'admin' else 'user' end, locked_at is null from agents
) t group by 1, 2;
-- figure: registrations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from (select created_at from app_users union all select created_at from agents) t group by 1;
-- figure: names (none: neither table has one)
select count(*) from agents where false;
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', main_participant_id is null, count(*) from conversations group by 1, 3;
-- figure: messages
select date_trunc('hour', created_at at time zone 'UTC' at time zone 'Europe/Berlin'), case authorable_type when 'AppUser' then 'user' else 'assistant' end, count(*)
from conversation_parts where not coalesce(private_note, false) group by 1, 2;
-- figure: people
select (p.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'visitor:' || c.main_participant_id, count(*) from conversation_parts p
join conversations c on c.id = p.conversation_id where p.authorable_type = 'AppUser' and not coalesce(private_note, false) group by 1, 2;
-- figure: depth
select conversation_id::text, count(*), count(*) filter (where authorable_type = 'AppUser') from conversation_parts where not coalesce(private_note, false) group by 1;
-- figure: tickets
select case state when 'opened' then 'open' else 'closed' end, case when priority then 'high' else 'medium' end, 'none', count(*), count(first_agent_reply), 0::bigint, 0::bigint
from conversations group by 1, 2;
-- figure: ticket people
select 'visitor:' || main_participant_id, 'agent:' || assignee_id, count(*) from conversations group by 1, 2;
