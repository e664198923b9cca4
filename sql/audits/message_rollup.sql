/*
doc: Messages by day in the platform and in gendash's summary of them, for the last whole days. They should be equal.
place: [source, store]
feature: conversations
severity: critical
cadence: 1d
days: 2
key: [day]
*/
select (created_at at time zone {{ zone() }})::date as day, count(*) as messages
from {{ stage('messages') }} s
group by 1;

select (hour at time zone {{ zone() }})::date as day, sum(messages) as messages
from {{ view('message_hour') }}
where hour > {{ now() }} - interval '10 days'
group by 1
