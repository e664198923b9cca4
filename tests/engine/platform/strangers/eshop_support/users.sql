select u."CustomerId" as user_id, u."FullName" as first_name, (select min(t."CreatedAt") from "Tickets" t where t."CustomerId" = u."CustomerId") as created_at from "Customers" u
