/*
doc: Share of the newest ratings without a real time (2000 to 2199), or without a value that they must have. They are in no figure.
place: source
feature: feedback
severity: warning
cadence: 1d
newest: true
limit: 0.01
*/
select count(*) filter (where {{ usable('feedback') }} is not true) as found, count(*) as total
from {{ stage('feedback', 'all') }} as given
