-- The accepted reports of earlier days that a version found: what is late of them it tells, or it was told before. `marks_seen` is the sum
-- of the marks of the earlier report's months as they were counted, and `told_digest` the digest of all that is told of them with this
-- version: as long as both are the same, counting again finds nothing more. Both are null where they were not counted.
create table report_version_earlier (
    version_id bigint not null references report_versions (id),
    report_id bigint not null references periodic_reports (id),
    marks_seen bigint,
    told_digest text,
    primary key (version_id, report_id)
);
create index report_version_earlier_by_report on report_version_earlier (report_id);

-- Of versions before, which ones may have found a report accepted.
insert into report_version_earlier (version_id, report_id)
select distinct v.id, r.id
from periodic_reports r
join report_versions w on w.report_id = r.id and w.number = r.versions and w.state = 'accepted'
join agreements a on a.id = r.agreement_id
join agreements b on b.provider_id = a.provider_id and b.purchaser_id = a.purchaser_id
join periodic_reports o on o.agreement_id = b.id and o.starts_on > r.ends_on
join report_versions v on v.report_id = o.id and v.submitted_at >= w.answered_at
where b.id = a.id or exists (
    select 1 from agreement_centers x join agreement_centers y on y.center_id = x.center_id
    where x.agreement_id = a.id and y.agreement_id = b.id);
