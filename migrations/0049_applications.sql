-- Who asked by phone to join a team. The application is the phone's that sent it; a person is made, or found, when it is approved. What was
-- told of oneself is sealed as a whole (src/applications/types.rs), and most of it goes with a no.
create table team_applications (
    id bigserial primary key,
    team_id bigint not null references teams (id),
    phone_id bigint not null references phones (id),
    request_id text not null,
    -- waiting, approved, declined or withdrawn
    state text not null,
    -- By which the door would find whoever it is.
    applicant_key text not null,
    told_sealed text,
    -- The words of the consent, and of the risks, that were before them.
    text_id bigint not null references consent_texts (id),
    risks text not null,
    sent_at bigint not null,
    answered_at bigint,
    answered_by bigint references accounts (id),
    answered_phone bigint references phones (id),
    -- Of whoever answered.
    word text,
    -- Who it was, once it is approved.
    person_id bigint references people (id)
);
create unique index team_applications_request on team_applications (request_id);
create unique index team_applications_waiting on team_applications (team_id, phone_id, applicant_key) where state = 'waiting';
create index team_applications_by_team on team_applications (team_id, state);
create index team_applications_by_phone on team_applications (phone_id);
create index team_applications_by_person on team_applications (person_id) where person_id is not null;
create index team_applications_by_key on team_applications (applicant_key);
