select t.id as conversation_id, t.user_id, t.created_at from topics t
union all
select s.id, s.user_id, s.created_at from sessions s
