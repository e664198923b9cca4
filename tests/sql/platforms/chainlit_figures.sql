-- figure: users
select case metadata ->> 'role' when 'admin' then 'admin' else 'user' end, true, count(*) from users group by 1;
-- figure: registrations
select ("createdAt"::timestamptz at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count(identifier) from users;
-- figure: conversations
select ("createdAt"::timestamptz at time zone 'Europe/Berlin')::date, 'chat', "userId" is null, count(*) from threads where "createdAt" is not null group by 1, 3;
-- figure: messages
select date_trunc('hour', "createdAt"::timestamptz at time zone 'Europe/Berlin'), split_part(type, '_', 1), count(*) from steps where type like '%\_message' group by 1, 2;
-- figure: people
select (s."createdAt"::timestamptz at time zone 'Europe/Berlin')::date, t."userId"::text, count(*) from steps s join threads t on t.id = s."threadId"
where s.type = 'user_message' and t."userId" is not null group by 1, 2;
-- figure: depth
select "threadId"::text, count(*), count(*) filter (where type = 'user_message') from steps where type like '%\_message' group by 1;
-- figure: ratings
select case value when 1 then 5 else 1 end, comment is not null, count(*) from feedbacks group by 1, 2;
-- figure: rated messages
select true, count(*), count(f.comment), count(distinct t."userId") from feedbacks f join threads t on t.id = f."threadId";
-- figure: answers
select t."userId" is null, count(*) from steps s join threads t on t.id = s."threadId" where s.type = 'assistant_message' group by 1;
