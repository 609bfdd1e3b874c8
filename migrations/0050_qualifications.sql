-- What somebody may be qualified for: a kind belongs to the kind of team, by its code, whose work the law asks it for (志愿服务条例
-- art. 16), or to none.
-- Written by catalogs.
create table qualification_kinds (
    id bigserial primary key,
    code text not null,
    name text not null,
    name_en text not null,
    team_kind text
);
create unique index qualification_kinds_code on qualification_kinds (code);
create unique index qualification_kinds_name on qualification_kinds (name);

insert into qualification_kinds (code, name, name_en, team_kind) values
    ('physician', '执业医师资格', 'Licensed physician', 'medical'),
    ('nurse', '执业护士资格', 'Licensed nurse', 'medical'),
    ('pharmacist', '执业药师资格', 'Licensed pharmacist', 'medical'),
    ('lawyer', '律师执业证', 'Practising lawyer', 'legal'),
    ('legal_profession', '法律职业资格', 'Legal profession certificate', 'legal'),
    ('legal_worker', '基层法律服务工作者', 'Grassroots legal service worker', 'legal'),
    ('counsellor', '心理咨询师', 'Psychological counsellor', 'psychological'),
    ('psychotherapist', '心理治疗师', 'Psychotherapist', 'psychological'),
    ('first_aid', '急救员证', 'First aider', null),
    ('social_work', '社会工作者职业资格', 'Social worker', null);

-- What a person is qualified for, by a certificate. It counts once somebody has looked at it, until it runs out; a mistaken entry is
-- voided, and one that runs out is followed by another.
create table qualifications (
    id bigserial primary key,
    person_id bigint not null references people (id),
    -- Where it was written down.
    center_id bigint not null references centers (id),
    kind_id bigint not null references qualification_kinds (id),
    number text,
    issuer text,
    issued_on text,
    -- The last day on which it holds; null where it does not run out.
    valid_to text,
    file_id bigint references files (id),
    recorded_at bigint not null,
    recorded_by bigint references accounts (id),
    -- How somebody made sure of it: original, register or issuer.
    confirmed_how text,
    confirmed_at bigint,
    confirmed_by bigint references accounts (id),
    voided_at bigint,
    voided_by bigint references accounts (id),
    void_reason text,
    check (issued_on is null or valid_to is null or issued_on <= valid_to)
);
create index qualifications_by_person on qualifications (person_id);
create index qualifications_by_center on qualifications (center_id);
