-- versions: HAWKI 2, its migrations at the time of writing
-- The first account is the assistant's own.
select u.id as user_id, u.created_at, u.updated_at, u.name as first_name
from users u
where not u."isRemoved" and u.employeetype <> 'system'
