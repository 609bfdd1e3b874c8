-- 志愿服务记录证明 (志愿服务记录与证明出具办法 art. 15; 民发〔2015〕149号). What is printed is frozen as canonical JSON, sealed: a later correction of
-- the ledger alters no paper. A row never goes, so that the numbers of a center and a year have no gap.
create table service_certificates (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    person_id bigint not null references people (id),
    year bigint not null,
    -- In the row of the center's certificates of the year, from 1.
    place bigint not null,
    -- SHA-256 of the random text in the QR; the text itself is in the content.
    token_hash text not null,
    -- src/certificates/paper.rs; null once the person is erased.
    content_sealed text,
    -- Of the content.
    sha256 text,
    period_from text not null,
    period_to text not null,
    minutes bigint not null,
    issued_on text not null,
    issued_at bigint not null,
    issued_by bigint references accounts (id),
    -- The revoked one in whose place it stands.
    replaces_id bigint references service_certificates (id),
    revoked_at bigint,
    revoked_by bigint references accounts (id),
    revoke_reason text,
    erased_at bigint,
    check (period_from <= period_to),
    check (minutes > 0 and place > 0)
);
create unique index service_certificates_number on service_certificates (center_id, year, place);
create unique index service_certificates_token on service_certificates (token_hash);
create unique index service_certificates_replaces on service_certificates (replaces_id) where replaces_id is not null;
create index service_certificates_by_person on service_certificates (person_id);

-- Certificates that volunteers ask for from a confirmed phone.
create table certificate_requests (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    person_id bigint not null references people (id),
    phone_id bigint not null references phones (id),
    period_from text not null,
    period_to text not null,
    -- What it is for; null once the person is erased.
    purpose text,
    -- open, issued or declined
    state text not null,
    asked_at bigint not null,
    answered_at bigint,
    answered_by bigint references accounts (id),
    word text,
    certificate_id bigint references service_certificates (id),
    check (period_from <= period_to)
);
create index certificate_requests_by_center on certificate_requests (center_id, state);
create index certificate_requests_by_person on certificate_requests (person_id);
create index certificate_requests_by_certificate on certificate_requests (certificate_id) where certificate_id is not null;

-- Who signs a center's certificates, as proposed at the next one.
create table certificate_settings (
    center_id bigint not null references centers (id),
    in_charge text not null,
    handled_by text not null,
    contact text not null,
    updated_at bigint not null,
    updated_by bigint references accounts (id)
);
create unique index certificate_settings_once on certificate_settings (center_id);

-- Certificates made public inside the unit (公示), with the days on which the list hangs.
create table publicity_lists (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    from_date text not null,
    -- The last day.
    to_date text not null,
    -- To whom objections are raised.
    objections text not null,
    made_at bigint not null,
    made_by bigint references accounts (id),
    check (from_date <= to_date)
);
create index publicity_lists_by_center on publicity_lists (center_id);

create table publicity_entries (
    list_id bigint not null references publicity_lists (id),
    certificate_id bigint not null references service_certificates (id)
);
create unique index publicity_entries_once on publicity_entries (list_id, certificate_id);
create index publicity_entries_by_certificate on publicity_entries (certificate_id);
