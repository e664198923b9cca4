/*
doc: >-
  Accounts, conversations, ratings, documents and tickets that are dated more than a year before 99 % of their kind. A
  clock was wrong, or an import lost its dates. Totals count them; charts by day begin at most growth.days ago.
place: store
severity: warning
cadence: 1d
key: [what, id]
*/
with records as (
  select 'account' as what, left(user_id, 8) as id, created_at from {{ view('user_entity') }}
  union all
  select 'conversation', conversation_id, created_at from {{ view('conversation_entity') }}
  union all
  select 'rating', feedback_id, created_at from {{ view('rating_entity') }}
  union all
  select 'document', document_id, created_at from {{ view('document_entity') }}
  union all
  select 'ticket', ticket_id, created_at from {{ view('ticket_entity') }}
),
usual as (
  select what, percentile_disc(0.01) within group (order by created_at) as since from records group by 1
)
select what, id from records join usual using (what) where created_at < since - interval '366 days'
