/*
doc: Share of accounts with a role that platform.vocabularies.user_role does not have.
place: store
feature: users
severity: warning
cadence: 1d
limit: 0.05
*/
select count(*) filter (where role = 'other') as found, count(*) as total from {{ view('user_entity') }}
