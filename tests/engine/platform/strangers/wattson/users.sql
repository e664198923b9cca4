-- A customer is a row for each version (the current one counts); the members -1 (unknown) are nobody.
select
  'customer:' || c.customer_no as user_id,
  c.registered_at as created_at,
  c.row_valid_from as updated_at,
  'user' as role,
  c.account_state = 'active' as is_active,
  c.first_name,
  c.last_name
from mart.dim_customer c
where c.is_current and c.customer_sk > 0
union all
select 'employee:' || e.employee_no, e.onboarded_at, e.modified_at, case e.system_role when 'administrator' then 'admin' else 'user' end, e.login_enabled, e.full_name, null
from mart.dim_employee e
where e.employee_sk > 0
