select t.talk_no as conversation_id, t.reader_no as user_id, t.begun as created_at
from ask_talk t
where t.removed = 0
