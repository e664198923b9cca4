/*
doc: Share of the newest accounts without a real time (2000 to 2199), or without a value that they must have. They are in no figure.
place: source
feature: users
severity: warning
cadence: 1d
newest: true
limit: 0.01
*/
select count(*) filter (where {{ usable('users') }} is not true) as found, count(*) as total
from {{ stage('users', 'all') }} as given
