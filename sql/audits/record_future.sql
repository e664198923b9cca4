/*
doc: Accounts, conversations, ratings, documents and tickets from the future, more than 5 minutes ahead. A clock is
  wrong, or platform.time_zone (of times without a zone).
place: store
severity: warning
cadence: 1d
key: [what, id]
*/
select what, id from (
  select 'account' as what, left(user_id, 8) as id, created_at from {{ view('user_entity') }}
  union all
  select 'conversation', conversation_id, created_at from {{ view('conversation_entity') }}
  union all
  select 'rating', feedback_id, created_at from {{ view('rating_entity') }}
  union all
  select 'document', document_id, created_at from {{ view('document_entity') }}
  union all
  select 'ticket', ticket_id, created_at from {{ view('ticket_entity') }}
) as records
where created_at > {{ now() }} + interval '5 minutes'
