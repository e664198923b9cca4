select
  f.case_sk as ticket_id,
  case when c.customer_sk > 0 then 'customer:' || c.customer_no end as created_by,
  case when e.employee_sk > 0 then 'employee:' || e.employee_no end as assigned_to,
  case when t.topic_sk > 0 then t.topic_name end as category,
  case s.status_code when 'NEW' then 'open' when 'ASSIGNED' then 'in_progress' when 'WAIT_CUSTOMER' then 'in_progress' when 'RESOLVED' then 'resolved' when 'CLOSED' then 'closed' end as status,
  case p.priority_code when 'P1' then 'urgent' when 'P2' then 'high' when 'P3' then 'medium' when 'P4' then 'low' end as priority,
  f.first_contact_at as first_response_at,
  f.resolved_at,
  f.closed_at,
  f.target_at as sla_due_at,
  f.opened_at as created_at
from mart.fact_service_case f
join mart.dim_customer c on c.customer_sk = f.customer_sk
join mart.dim_employee e on e.employee_sk = f.owner_employee_sk
join mart.dim_topic t on t.topic_sk = f.topic_sk
join mart.dim_case_status s on s.case_status_sk = f.case_status_sk
join mart.dim_priority p on p.priority_sk = f.priority_sk
