-- Articles are rated in the same table.
select
  r.id as feedback_id,
  r.rateable_id as message_id,
  'customer:' || r.customer_id as user_id,
  r.stars as rating,
  r.remark as comment,
  r.created_at,
  r.updated_at
from ratings r
join chat_messages m on m.id = r.rateable_id
join chats c on c.id = m.chat_id
where r.rateable_type = 'chat_message' and c.deleted_at is null and not m.is_internal
