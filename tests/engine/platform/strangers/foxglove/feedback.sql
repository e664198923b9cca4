-- Only the ratings of messages; their comment is a row of comments about the rating.
select r.id as feedback_id, r.rateable_id as message_id, case r.rater_type when 'User' then r.rater_id end as user_id, r.score as rating,
  (select k.body from comments k where k.commentable_type = 'Rating' and k.commentable_id = r.id order by k.id desc limit 1) as comment, r.created_at, r.updated_at
from ratings r
join messages m on m.id = r.rateable_id
join chats c on c.id = m.chat_id
where r.rateable_type = 'Message' and c.discarded_at is null
