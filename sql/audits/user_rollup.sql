/*
doc: Messages that users of the list wrote, by day, in the platform and in gendash's summary by user. They should be equal.
place: [source, store]
feature: conversations
severity: critical
cadence: 1d
days: 2
key: [day]
*/
select (created_at at time zone {{ zone() }})::date as day, count(*) as messages
from {{ stage('messages') }} s
where role = 'user' and user_id is not null
  {% if feature('users') %}and user_id in (select user_id from {{ stage('users') }} u){% endif %}
group by 1;

select day, sum(messages) as messages
from {{ view('user_day') }}
where day > {{ today() }} - 10
  {% if feature('users') %}and user_id in (select user_id from {{ view('user_entity') }}){% endif %}
group by 1
