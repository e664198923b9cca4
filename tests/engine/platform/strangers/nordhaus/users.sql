-- Customers and agents; bots are accounts of the same table.
select
  a."Id" as user_id,
  a."CreatedOn" as created_at,
  a."ModifiedOn" as updated_at,
  case when a."StaffRole" = 'Administrator' then 'admin' else 'user' end as role,
  a."IsLockedOut" is not true as is_active,
  a."DisplayName" as first_name
from "Actors" a
where a."Discriminator" <> 'Bot' and not a."IsDeleted"
