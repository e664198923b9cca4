-- The number of a conversation is unique over all clients (mandant).
select u.unterh_nr as conversation_id, u.persnr as user_id, u.beginn_ms as created_at
from ki.unterhaltung u
where u.geloescht = 'N'
