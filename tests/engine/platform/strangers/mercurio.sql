-- An invented database of Mercurio, a city's assistant for citizens with operators (hand-written SQL in Spanish, tbl_ and cat_ prefixes, e-mail as key, partitioned messages); its adapter, written by hand before the first run, is in the folder.
create table cat_perfil (id_perfil smallint primary key, descripcion varchar(40) not null);
create table cat_canal (id_canal smallint primary key, descripcion varchar(40) not null);
create table cat_emisor (id_emisor smallint primary key, descripcion varchar(40) not null);
create table cat_estado_documento (id_estado smallint primary key, descripcion varchar(40) not null);
create table cat_estado_incidencia (id_estado smallint primary key, descripcion varchar(40) not null, es_final boolean not null default false);
create table cat_prioridad (id_prioridad smallint primary key, descripcion varchar(20) not null);
create table cat_materia (id_materia smallint primary key, descripcion varchar(60) not null, vigente boolean not null default true);
create table tbl_ciudadano (
  correo varchar(120) primary key, nombre varchar(60), apellidos varchar(120), telefono varchar(20), verificado boolean not null default false, bloqueado boolean not null default false,
  fecha_alta timestamptz not null default now(), fecha_modif timestamptz, fecha_baja timestamptz);
create table tbl_operador (
  login varchar(20) primary key, nombre_completo varchar(120) not null, correo varchar(120) not null, id_perfil smallint not null references cat_perfil (id_perfil), habilitado boolean not null default true, fecha_alta timestamptz not null default now(), fecha_modif timestamptz);
create table tbl_turno (id_turno serial primary key, login varchar(20) not null references tbl_operador (login), inicio timestamptz not null, fin timestamptz not null);
create table tbl_conversacion (
  id_conversacion serial primary key, correo_ciudadano varchar(120) references tbl_ciudadano (correo) on update cascade, id_canal smallint not null references cat_canal (id_canal), login_operador varchar(20) references tbl_operador (login),
  fecha_inicio timestamptz not null default now(), fecha_fin timestamptz, anulada boolean not null default false);
create index idx_conversacion_correo on tbl_conversacion (correo_ciudadano);
create sequence seq_mensaje;
create table tbl_mensaje (
  id_mensaje bigint not null default nextval('seq_mensaje'), id_conversacion int not null references tbl_conversacion (id_conversacion), id_emisor smallint not null references cat_emisor (id_emisor), login_operador varchar(20) references tbl_operador (login),
  texto text not null, interno boolean not null default false, duracion_ms int, fecha_envio timestamptz not null default now(), primary key (id_mensaje, fecha_envio)) partition by range (fecha_envio);
create table tbl_mensaje_2026_02 partition of tbl_mensaje for values from ('2026-02-01') to ('2026-03-01');
create table tbl_mensaje_2026_03 partition of tbl_mensaje for values from ('2026-03-01') to ('2026-04-01');
create table tbl_mensaje_resto partition of tbl_mensaje default;
create index idx_mensaje_conversacion on tbl_mensaje (id_conversacion);
create table tbl_valoracion (
  id_valoracion serial primary key, id_mensaje bigint not null, fecha_mensaje timestamptz not null, valor varchar(10) not null check (valor in ('util', 'parcial', 'no_util')), comentario varchar(500), fecha_valoracion timestamptz not null default now(),
  foreign key (id_mensaje, fecha_mensaje) references tbl_mensaje (id_mensaje, fecha_envio));
create table tbl_documento (
  id_documento serial primary key, titulo varchar(200) not null, nombre_fichero varchar(200) not null, tamano_kb int, id_estado smallint not null references cat_estado_documento (id_estado), motivo_error varchar(300), login_subida varchar(20) references tbl_operador (login),
  num_fragmentos int, id_materia smallint references cat_materia (id_materia), eliminado boolean not null default false, fecha_subida timestamptz not null default now(), fecha_modif timestamptz);
create table tbl_fragmento (id_documento int not null references tbl_documento (id_documento), num_orden int not null, texto text not null, primary key (id_documento, num_orden));
create table tbl_incidencia (
  expediente varchar(16) primary key, correo_ciudadano varchar(120) not null references tbl_ciudadano (correo) on update cascade, id_conversacion int references tbl_conversacion (id_conversacion), login_asignado varchar(20) references tbl_operador (login),
  id_materia smallint references cat_materia (id_materia), id_estado smallint not null references cat_estado_incidencia (id_estado), id_prioridad smallint not null references cat_prioridad (id_prioridad), asunto varchar(200) not null,
  fecha_apertura timestamptz not null default now(), fecha_primera_respuesta timestamptz, fecha_resolucion timestamptz, fecha_cierre timestamptz, fecha_limite timestamptz, fecha_modif timestamptz);
create table tbl_adjunto (id_adjunto serial primary key, expediente varchar(16) not null references tbl_incidencia (expediente), nombre_fichero varchar(200) not null, tamano_kb int not null, fecha_subida timestamptz not null);
create table tbl_parametro (clave varchar(60) primary key, valor varchar(400));
create table tbl_auditoria (id_auditoria bigserial primary key, fecha timestamptz not null default now(), login varchar(20), accion varchar(60) not null, tabla varchar(60), datos jsonb);
create table tbl_clave_api (id_clave serial primary key, sistema varchar(60) not null, hash varchar(64) not null, fecha_alta timestamptz not null, fecha_baja timestamptz);
create table tbl_festivo (fecha date primary key, descripcion varchar(80) not null);
create table tbl_version (version varchar(20) primary key, fecha timestamptz not null);

insert into cat_perfil values (1, 'Operador'), (2, 'Coordinador'), (3, 'Administrador');
insert into cat_canal values (1, 'Web'), (2, 'Teléfono'), (3, 'Aplicación móvil');
insert into cat_emisor values (1, 'Ciudadano'), (2, 'Asistente'), (3, 'Operador'), (4, 'Sistema');
insert into cat_estado_documento values (1, 'Pendiente'), (2, 'Procesando'), (3, 'Indexado'), (4, 'Error');
insert into cat_estado_incidencia values (1, 'Abierta', false), (2, 'En trámite', false), (3, 'Pendiente del ciudadano', false), (4, 'Resuelta', false), (5, 'Cerrada', true);
insert into cat_prioridad values (1, 'Baja'), (2, 'Media'), (3, 'Alta'), (4, 'Urgente');
insert into cat_materia values (1, 'Padrón', true), (2, 'Impuestos', true), (3, 'Vía pública', true), (4, 'Licencias', true), (5, 'Censo 2011', false);
insert into tbl_ciudadano select 'vecino' || n || '@correo.example', case when n % 9 > 0 then (array['Lucía', 'Hugo', 'Marta', 'Leo'])[1 + n % 4] end, case when n % 9 > 0 then (array['García', 'Ruiz', 'Vega'])[1 + n % 3] end, '600' || 1000 + n, n % 4 > 0, n % 14 = 0,
  timestamptz '2026-03-18 17:20+00' - n * interval '20 hours', case when n % 3 > 0 then timestamptz '2026-03-19 17:20+00' - n * interval '6 hours' end, case when n in (11, 40) then timestamptz '2026-03-17' end from generate_series(1, 47) n;
insert into tbl_operador select 'op' || lpad(n::text, 3, '0'), (array['Carmen', 'Iván'])[1 + n % 2] || ' Soto ' || n, 'op' || n || '@ciudad.example', case when n in (1, 7) then 3 when n % 4 = 0 then 2 else 1 end, n % 6 > 0, timestamptz '2026-02-01 07:00+00' + n * interval '40 hours', null from generate_series(1, 13) n;
insert into tbl_turno (login, inicio, fin) select 'op' || lpad((1 + n % 13)::text, 3, '0'), timestamptz '2026-03-19 07:00+00' - n * interval '8 hours', timestamptz '2026-03-19 15:00+00' - n * interval '8 hours' from generate_series(1, 60) n;
insert into tbl_conversacion (correo_ciudadano, id_canal, login_operador, fecha_inicio, fecha_fin, anulada)
  select case when n % 6 > 0 then 'vecino' || 1 + n * 5 % 47 || '@correo.example' end, 1 + n % 3, case when n % 4 = 0 then 'op' || lpad((1 + n % 13)::text, 3, '0') end, t, case when n > 3 then t + interval '25 minutes' end, n % 16 = 0
  from generate_series(1, 94) n, lateral (select timestamptz '2026-03-20 07:15+00' - n * interval '10 hours 40 minutes' as t) x;
insert into tbl_mensaje (id_conversacion, id_emisor, login_operador, texto, interno, duracion_ms, fecha_envio)
  select c.id_conversacion, q, case when q = 3 then c.login_operador end, case q when 1 then '¿Cómo pido cita?' when 2 then 'En la sede electrónica.' when 3 then 'Le atiendo yo.' else 'Conversación transferida.' end, q = 3 and j = 5, case when q = 2 then 700 + j end, c.fecha_inicio + j * interval '80 seconds'
  from tbl_conversacion c, generate_series(0, 9) j, lateral (select case when c.login_operador is not null and j = 3 then 4 when c.login_operador is not null and j >= 5 and j % 2 = 1 then 3 when j % 2 = 0 then 1 else 2 end as q) x where j < 3 + c.id_conversacion % 7 order by c.id_conversacion, j;
insert into tbl_valoracion (id_mensaje, fecha_mensaje, valor, comentario, fecha_valoracion)
  select id_mensaje, fecha_envio, (array['util', 'no_util', 'util', 'parcial'])[1 + (id_mensaje / 2 % 4)::int], case id_mensaje % 3 when 0 then 'no era eso' when 1 then '' end, fecha_envio + interval '5 minutes' from tbl_mensaje where id_emisor in (2, 3) and not interno and id_mensaje % 5 > 1;
insert into tbl_documento (titulo, nombre_fichero, tamano_kb, id_estado, motivo_error, login_subida, num_fragmentos, id_materia, eliminado, fecha_subida, fecha_modif)
  select 'Ordenanza ' || n, 'ordenanza_' || n || (array['.pdf', '.docx', '.odt'])[1 + n % 3], case when n % 10 > 0 then 40 + n * 3 end, s, case when s = 4 then (array['Fichero dañado', 'Sin texto'])[1 + n / 5 % 2] end, case when n % 8 > 0 then 'op' || lpad((1 + n % 13)::text, 3, '0') end, case when s = 3 then 3 + n % 8 end, 1 + n % 4, n % 12 = 0, t, t + interval '1 hour'
  from generate_series(1, 41) n, lateral (select timestamptz '2026-03-18 12:00+00' - n * interval '21 hours' as t, (array[3, 3, 4, 3, 1, 2, 3])[1 + n % 7] as s) x;
insert into tbl_fragmento select id_documento, i, 'texto' from tbl_documento, generate_series(1, 12) i where i <= num_fragmentos;
insert into tbl_incidencia select 'EXP-2026-' || lpad(n::text, 5, '0'), 'vecino' || 1 + n * 7 % 47 || '@correo.example', case when n % 3 > 0 then n end, case when s > 1 then 'op' || lpad((1 + n % 13)::text, 3, '0') end, case when n % 9 > 0 then 1 + n % 4 end, s, 1 + n * 3 % 4, 'Asunto ' || n,
  t, case when s > 1 then t + interval '4 hours' end, case when s > 3 then t + interval '50 hours' end, case when s = 5 then t + interval '100 hours' end, t + interval '5 days', t + interval '101 hours'
  from generate_series(1, 57) n, lateral (select timestamptz '2026-03-15 10:30+00' - n * interval '15 hours' as t, case when n < 6 then 1 else 1 + n % 5 end as s) x;
insert into tbl_adjunto (expediente, nombre_fichero, tamano_kb, fecha_subida) select 'EXP-2026-' || lpad(n::text, 5, '0'), 'foto' || n || '.jpg', 300 + n, timestamptz '2026-03-01' from generate_series(1, 30) n;
insert into tbl_parametro select 'param' || n, 'v' from generate_series(1, 10) n;
insert into tbl_auditoria (fecha, login, accion, tabla, datos) select timestamptz '2026-03-19' - n * interval '6 hours', 'op' || lpad((1 + n % 13)::text, 3, '0'), (array['ALTA', 'BAJA', 'MODIFICACION'])[1 + n % 3], 'tbl_documento', '{}' from generate_series(1, 90) n;
insert into tbl_clave_api (sistema, hash, fecha_alta) select 'sede' || n, md5('k' || n), timestamptz '2026-02-01' from generate_series(1, 4) n;
insert into tbl_festivo values ('2026-03-19', 'San José'), ('2026-04-03', 'Viernes Santo');
insert into tbl_version select '1.' || n, timestamptz '2025-12-01' + n * interval '6 days' from generate_series(1, 12) n;
