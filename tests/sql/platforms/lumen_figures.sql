-- Plain SQL over the rows of lumen.sql.
-- figure: users
select case "role" when 'ADMIN' then 'admin' else 'user' end, "state" not in ('SUSPENDED', 'GRADUATED'), count(*) from "User" group by 1, 2;
-- figure: registrations
select ("createdAt" at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from "User" group by 1;
-- figure: names
select count("name") from "User";
-- figure: conversations
select ("createdAt" at time zone 'UTC' at time zone 'Europe/Berlin')::date, case when "spoken" then 'voice' else 'chat' end, false, count(*) from "StudySession" where "deletedAt" is null group by 1, 2;
-- figure: messages
select date_trunc('hour', "createdAt" at time zone 'UTC' at time zone 'Europe/Berlin'), (array['user', 'assistant', 'system'])[array_position(array['LEARNER', 'TUTOR', 'SYSTEM'], "speaker"::text)], count(*)
from "Turn" where "studySessionId" not in (select "id" from "StudySession" where "deletedAt" is not null) group by 1, 2;
-- figure: people
select (t."createdAt" at time zone 'UTC' at time zone 'Europe/Berlin')::date, s."learnerId", count(*) from "Turn" t, "StudySession" s
where s."id" = t."studySessionId" and s."deletedAt" is null and t."speaker" = 'LEARNER' group by 1, 2;
-- figure: depth
select "studySessionId", count(*), count(*) filter (where "speaker" = 'LEARNER') from "Turn" where "studySessionId" in (select "id" from "StudySession" where "deletedAt" is null) group by 1;
-- figure: ratings
select "stars", coalesce("note", '') > '', count(*) from "TurnReview" where "turnId" in (select t."id" from "Turn" t join "StudySession" s on s."id" = t."studySessionId" and s."deletedAt" is null) group by 1, 2;
-- figure: rated messages
select true, count(*), count(nullif("note", '')), count(distinct "reviewerId") from "TurnReview" r, "Turn" t, "StudySession" s where t."id" = r."turnId" and s."id" = t."studySessionId" and s."deletedAt" is null;
-- figure: answers
select false, count(*) from "Turn" t join "StudySession" s on s."id" = "studySessionId" where "speaker" = 'TUTOR' and "deletedAt" is null;
-- figure: documents
select (array['processing', 'processing', 'done', 'failed'])[array_position(enum_range(null::"MaterialState"), "state")], lower(split_part("fileName", '.', 2)), count(*), sum("sizeInBytes"), sum(coalesce("chunkTotal", 0))
from "Material" where "deletedAt" is null group by 1, 2;
-- figure: failures
select "id", "errorDetail" from "Material" where "state" = 'ERRORED' and "deletedAt" is null;
-- figure: uploaders
select "uploaderId", count(*) from "Material" where "deletedAt" is null group by 1;
