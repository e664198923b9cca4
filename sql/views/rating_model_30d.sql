/*
doc: >-
  Ratings given today or on the 29 days before by the model and the managed prompt of the turn's last LLM call.
grain: one row per model and prompt with a rating, and one for the ratings whose trace is not known
feature: feedback
audience: admin
cadence: 5m
materialized: true
key: [traced, model, prompt]
columns:
  traced: {type: boolean, doc: whether the trace of the rated answer was synced and has an LLM call}
  model: {type: text, doc: "model of that call; empty where it is not traced"}
  prompt: {type: text, doc: "managed prompt of that call and its version; none where it used none"}
  ratings: {type: bigint, doc: ratings}
  negative: {type: bigint, doc: those of them that are 1 or 2}
  satisfied: {type: bigint, doc: those of them that are 4 or 5}
*/
select
  traced,
  coalesce(model, '') as model,
  coalesce(prompt, 'none') as prompt,
  count(*) as ratings,
  count(*) filter (where rating <= 2) as negative,
  count(*) filter (where rating >= 4) as satisfied
from {{ view('rating_turn_30d') }}
group by 1, 2, 3
