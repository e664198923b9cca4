/*
doc: Messages of one role in one conversation with the very same time, that is, stored twice. Every count has them twice.
place: source
feature: conversations
severity: warning
cadence: 1d
days: 7
key: [conversation_id, role, created_at]
*/
select conversation_id, role, created_at
from {{ stage('messages') }} s
group by conversation_id, role, created_at
having count(*) > 1
