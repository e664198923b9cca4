-- Visitors have no account.
select c.id as conversation_id, case c.owner_type when 'User' then c.owner_id end as user_id, c.created_at
from chats c
where c.discarded_at is null
