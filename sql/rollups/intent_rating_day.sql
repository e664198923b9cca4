/*
doc: Ratings of answers by intent.
grain: one row per local day and intent with a rating
feature: intent feedback
audience: everyone
cadence: 15m
key: [day, intent]
window: true
time: day
columns:
  day: {type: date, doc: local day on which the ratings were given}
  intent: {type: text, doc: the agent's classification of the question}
  ratings: {type: bigint, merge: sum, doc: ratings}
  satisfied: {type: bigint, merge: sum, doc: those of them of 4 or 5}
*/
select
  (created_at at time zone {{ zone() }})::date as day,
  intent,
  count(*) as ratings,
  count(*) filter (where rating >= 4) as satisfied
from {{ stage('rated_intents') }} s
group by 1, 2
