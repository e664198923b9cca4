-- Citizens are known by their e-mail, operators by their login.
select
  'ciudadano:' || c.correo as user_id,
  c.fecha_alta as created_at,
  c.fecha_modif as updated_at,
  'user' as role,
  not c.bloqueado as is_active,
  c.nombre as first_name,
  c.apellidos as last_name
from tbl_ciudadano c
where c.fecha_baja is null
union all
select 'operador:' || o.login, o.fecha_alta, o.fecha_modif, case when o.id_perfil = 3 then 'admin' else 'user' end, o.habilitado, o.nombre_completo, null
from tbl_operador o
