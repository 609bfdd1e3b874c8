-- What people are asked to agree to, in words that each have a version. A version that was shown or agreed to is never changed:
-- another one follows it. It holds from a day on, until the next one does.
create table consent_texts (
    id bigserial primary key,
    purpose text not null,
    version bigint not null check (version > 0),
    wording text not null,
    wording_en text not null,
    effective_from text not null,
    -- Null where it came with Linli.
    published_at bigint,
    published_by bigint references accounts (id)
);
create unique index consent_texts_version on consent_texts (purpose, version);

insert into consent_texts (purpose, version, wording, wording_en, effective_from) values
    ('door', 1,
     '只用于签到和活动通知，不会给别人看。下次用这部手机，点一下就行。不想留的，请到前台签到。',
     'For check-in and notices only; nobody else sees it. Next time, one tap on this phone is enough. If you would rather not, check in at the desk.',
     '2026-01-01'),
    ('service', 1,
     '为了提供合适的服务，本中心会记录我属于哪一类服务对象（例如残疾人、困难居民、独居老人）、相关证明、需要注意的身体情况和紧急联系人。这些是敏感个人信息：由本中心的工作人员使用，我去别的社区综合服务中心时，那里的工作人员也能看到我属于哪一类；备注、紧急联系人和证明的扫描件加密保存；报告里只有人数，没有姓名。不同意也可以参加活动。我可以随时查看、更正、撤回同意，或者要求删除。未满14周岁的，由父母或其他监护人同意。',
     'To serve me well, the center keeps on record which groups I belong to (such as disabled, in hardship, elderly living alone), the papers that say so, what to mind about my health, and whom to call in an emergency. This is sensitive personal information: the center''s staff use it, and the staff of another community center where I go see which groups I belong to; notes, emergency contact and scans of papers are kept sealed; reports have numbers and no names. I may take part without agreeing. I can see it, correct it, withdraw this consent or ask for erasure at any time. For children under 14 a parent or other guardian agrees.',
     '2026-01-01'),
    ('photos', 1,
     '活动中拍到我的照片和录像，本中心可以用在公告栏、公众号和工作报告里。不同意也可以参加活动。我可以随时撤回同意：以后不再拍、不再用，已经公开的尽快撤下。未满14周岁的，由父母或其他监护人同意。',
     'The center may use pictures and films of activities in which I am seen on its notice board, in its social media and in its reports. I may take part without agreeing. I can withdraw this consent at any time: I am then neither pictured nor shown any more, and what is public is taken down soon. For children under 14 a parent or other guardian agrees.',
     '2026-01-01');

-- What a person, or their guardian, said to a center: yes or no, to which words. A yes may be withdrawn, and a mistaken entry is voided;
-- neither is deleted. Each center is a handler of its own: what was said to one says nothing to another.
create table consents (
    id bigserial primary key,
    person_id bigint not null references people (id),
    center_id bigint not null references centers (id),
    purpose text not null,
    text_id bigint not null references consent_texts (id),
    -- given or declined
    answer text not null,
    given_on text not null,
    method text not null,
    -- Who agreed for a child, and what they are to it.
    guardian_sealed text,
    guardianship text,
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    -- A scan of what was signed.
    file_id bigint references files (id),
    withdrawn_on text,
    withdrawn_method text,
    withdrawn_at bigint,
    withdrawn_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (withdrawn_on is null or given_on <= withdrawn_on)
);
create index consents_by_person on consents (person_id, center_id);
-- The same answer to the same words on the same day is one.
create unique index consents_said on consents (person_id, center_id, text_id, answer, given_on)
where withdrawn_on is null and voided_at is null;

-- The consents that hold: given, not withdrawn, and given by a guardian where the person was under 14 then (个人信息保护法 art. 31), as
-- far as the birth date is known by now.
create view consents_held as
select c.id, c.person_id, c.center_id, c.purpose
from consents c join people p on p.id = c.person_id
where c.answer = 'given' and c.withdrawn_on is null and c.voided_at is null
  and (c.guardianship is not null or p.birth_date is null
       or p.birth_date <= cast(cast(substr(c.given_on, 1, 4) as bigint) - 14 as text) || substr(c.given_on, 5));

-- Who may be pictured. A person may stand in these three more than once: they are asked whether somebody is there.
create view photos_allowed as
select h.person_id, h.center_id from consents_held h where h.purpose = 'photos';

-- Who was asked whether a service record may be kept of them, whatever they said.
create view service_asked as
select c.person_id, c.center_id from consents c where c.purpose = 'service' and c.voided_at is null;

-- Of whom no service record is kept any more: they said no, or took their yes back, and nothing that holds came after.
create view service_stopped as
select c.person_id, c.center_id from consents c
where c.purpose = 'service' and c.voided_at is null and (c.withdrawn_on is not null or c.answer = 'declined')
  and not exists (select 1 from consents_held h
                  where h.person_id = c.person_id and h.center_id = c.center_id and h.purpose = 'service');
