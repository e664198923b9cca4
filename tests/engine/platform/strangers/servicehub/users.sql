select
  u."Id" as user_id,
  u."CreatedAt" as created_at,
  u."UpdatedAt" as updated_at,
  case
    when exists (
      select from "AspNetUserRoles" ur
      join "AspNetRoles" r on r."Id" = ur."RoleId"
      where ur."UserId" = u."Id" and r."Name" = 'Administrator'
    ) then 'admin'
    else 'user'
  end as role,
  u."IsEnabled" as is_active,
  u."GivenName" as first_name,
  u."Surname" as last_name
from "AspNetUsers" u
