/*
doc: Answers that were rated more than once by the same user. The user counts several times.
place: store
feature: feedback
severity: warning
cadence: 1d
key: [message_id]
*/
select message_id from {{ view('rating_entity') }} group by message_id, user_id having count(*) > 1
