-- Plain SQL over the rows of nexent.sql.
-- figure: users
select case when user_role = 'SU' then 'super_admin' when user_role = 'ADMIN' then 'admin' else 'user' end, true, count(*) from nexent.user_tenant_t where delete_flag <> 'Y' group by 1;
-- figure: registrations
select (create_time at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from nexent.user_tenant_t where delete_flag <> 'Y' group by 1;
-- figure: names
select 0::bigint;
-- figure: conversations
select (create_time at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from nexent.conversation_record_t where delete_flag <> 'Y' group by 1;
-- figure: messages
select date_trunc('hour', create_time at time zone 'UTC' at time zone 'Europe/Berlin'), message_role, count(*) from nexent.conversation_message_t where delete_flag <> 'Y' group by 1, 2;
-- figure: people
select (m.create_time at time zone 'UTC' at time zone 'Europe/Berlin')::date, c.created_by, count(*) from nexent.conversation_message_t m join nexent.conversation_record_t c using (conversation_id) where c.delete_flag <> 'Y' and m.message_role = 'user' group by 1, 2;
-- figure: depth
select conversation_id::text, count(*), count(*) filter (where message_index % 2 = 0) from nexent.conversation_message_t where delete_flag <> 'Y' group by 1;
-- figure: ratings
select case opinion_flag when 'Y' then 5 else 1 end, false, count(*) from nexent.conversation_message_t where opinion_flag in ('Y', 'N') and delete_flag <> 'Y' group by 1;
-- figure: rated messages
select message_role = 'assistant', count(*), 0::bigint, count(distinct created_by) from nexent.conversation_message_t where opinion_flag in ('Y', 'N') and delete_flag <> 'Y' group by 1;
-- figure: answers
select false, count(*) from nexent.conversation_message_t where message_role = 'assistant' and delete_flag <> 'Y';
