select u.id as user_id, u."createdAt" as created_at, u."updatedAt" as updated_at, u."displayName" as first_name, case when u.role in ('OWNER', 'ADMIN') then 'admin' else 'user' end as role from users u
where not u."isBot"
