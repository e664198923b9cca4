select m.name || ':' || u.value as feedback_id, m.name as message_id, u.value as user_id, 5 as rating, m.created_time as created_at from message m cross join lateral jsonb_array_elements_text(case when m.like_users like '[%' then m.like_users::jsonb else '[]' end) u (value) where m.is_deleted is not true
union all
select m.name || ':' || u.value, m.name, u.value, 1, m.created_time from message m cross join lateral jsonb_array_elements_text(case when m.dis_like_users like '[%' then m.dis_like_users::jsonb else '[]' end) u (value) where m.is_deleted is not true
