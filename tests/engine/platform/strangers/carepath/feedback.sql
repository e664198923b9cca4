select
  r.id as feedback_id,
  r."lineId" as message_id,
  'patient:' || r."patientId" as user_id,
  case r.thumb when 1 then 5 when -1 then 1 end as rating,
  r.explanation as comment,
  r."createdAt" as created_at,
  r."updatedAt" as updated_at
from "LineReactions" r
join "EnquiryLines" l on l.id = r."lineId"
join "Enquiries" e on e.id = l."enquiryId"
where e."deletedAt" is null and l."deletedAt" is null
