CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';
CREATE DOMAIN public.json_text AS json;
CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
CREATE TABLE public.account_scopes (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    city bigint,
    town text,
    center_id bigint,
    provider_id bigint,
    purchaser_id bigint,
    team_id bigint,
    ends_at bigint
);
CREATE TABLE public.agreement_centers (
    agreement_id bigint NOT NULL,
    center_id bigint NOT NULL,
    starts_on text NOT NULL,
    ends_on text NOT NULL,
    CONSTRAINT agreement_centers_check CHECK ((starts_on <= ends_on))
);
CREATE TABLE public.agreements (
    id bigint NOT NULL,
    provider_id bigint NOT NULL,
    purchaser_id bigint NOT NULL,
    starts_on text NOT NULL,
    ends_on text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT agreements_check CHECK ((starts_on <= ends_on))
);
CREATE TABLE public.centers (
    id bigint NOT NULL,
    community_id bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    address text,
    zone text NOT NULL,
    planned_area_m2 bigint NOT NULL,
    opened_on text,
    closed_on text,
    created_at bigint NOT NULL
);
CREATE TABLE public.communities (
    id bigint NOT NULL,
    number bigint,
    town text NOT NULL,
    name text NOT NULL,
    area_m2 bigint
);
CREATE TABLE public.operators (
    id bigint NOT NULL,
    center_id bigint NOT NULL,
    provider_id bigint NOT NULL,
    starts_on text NOT NULL,
    ends_on text
);
CREATE TABLE public.teams (
    id bigint NOT NULL,
    center_id bigint NOT NULL,
    kind_id bigint NOT NULL,
    leader_id bigint,
    name text NOT NULL,
    founded_on text NOT NULL,
    disbanded_on text,
    created_at bigint NOT NULL
);
CREATE VIEW public.account_centers AS
 SELECT s.account_id,
    c.id AS center_id,
    '1880-01-01'::text AS starts_on,
    '2200-12-31'::text AS ends_on
   FROM (public.account_scopes s
     JOIN public.centers c ON (((s.city = 1) OR (c.id = s.center_id) OR (EXISTS ( SELECT 1
           FROM public.operators o
          WHERE ((o.center_id = c.id) AND (o.provider_id = s.provider_id) AND (o.ends_on IS NULL)))) OR (EXISTS ( SELECT 1
           FROM public.communities m
          WHERE ((m.id = c.community_id) AND (m.town = s.town)))) OR (EXISTS ( SELECT 1
           FROM public.teams t
          WHERE ((t.center_id = c.id) AND (t.id = s.team_id)))))))
UNION
 SELECT s.account_id,
    g.center_id,
    g.starts_on,
    g.ends_on
   FROM ((public.account_scopes s
     JOIN public.agreements a ON ((a.purchaser_id = s.purchaser_id)))
     JOIN public.agreement_centers g ON ((g.agreement_id = a.id)));
CREATE SEQUENCE public.account_scopes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.account_scopes_id_seq OWNED BY public.account_scopes.id;
CREATE TABLE public.accounts (
    id bigint NOT NULL,
    login text,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text,
    created_at bigint NOT NULL,
    disabled_at bigint
);
CREATE SEQUENCE public.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.accounts_id_seq OWNED BY public.accounts.id;
CREATE TABLE public.activities (
    id bigint NOT NULL,
    center_id bigint NOT NULL,
    kind_id bigint NOT NULL,
    title text NOT NULL,
    description text,
    rule text,
    published bigint NOT NULL,
    created_by bigint,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.activities_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.activities_id_seq OWNED BY public.activities.id;
CREATE TABLE public.age_bands (
    valid_from text NOT NULL,
    elderly_from bigint NOT NULL,
    youth_from bigint NOT NULL,
    youth_to bigint NOT NULL,
    CONSTRAINT age_bands_check CHECK ((youth_from <= youth_to))
);
CREATE SEQUENCE public.agreements_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.agreements_id_seq OWNED BY public.agreements.id;
CREATE TABLE public.attendances (
    id bigint NOT NULL,
    session_id bigint NOT NULL,
    person_id bigint NOT NULL,
    part text NOT NULL,
    method text NOT NULL,
    came_at bigint NOT NULL,
    left_at bigint,
    away_ms bigint DEFAULT 0 NOT NULL,
    recorded_at bigint NOT NULL,
    recorded_by bigint,
    elderly bigint NOT NULL,
    disabled bigint NOT NULL,
    needy bigint NOT NULL,
    youth bigint NOT NULL,
    subgroups bigint DEFAULT 0 NOT NULL,
    voided_at bigint,
    voided_by bigint,
    void_reason text
);
CREATE SEQUENCE public.attendances_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.attendances_id_seq OWNED BY public.attendances.id;
CREATE TABLE public.sessions (
    id bigint NOT NULL,
    activity_id bigint NOT NULL,
    center_id bigint NOT NULL,
    worker_id bigint,
    team_id bigint,
    venue text,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    local_date text NOT NULL,
    capacity bigint,
    status text NOT NULL,
    reason text,
    rotating bigint DEFAULT 0 NOT NULL,
    summary text,
    closed_at bigint,
    closed_by bigint,
    sequence bigint DEFAULT 0 NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT sessions_check CHECK ((starts_at < ends_at))
);
CREATE VIEW public.attendances_of_people AS
 SELECT a.id,
    a.session_id,
    a.person_id,
    a.part,
    a.came_at,
    a.left_at,
    a.voided_at,
    s.center_id,
    s.local_date,
    s.activity_id
   FROM (public.attendances a
     JOIN public.sessions s ON ((s.id = a.session_id)));
CREATE TABLE public.audit_events (
    id bigint NOT NULL,
    at bigint NOT NULL,
    account_id bigint,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    subject_id bigint NOT NULL,
    center_id bigint,
    detail text
);
CREATE SEQUENCE public.audit_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.audit_events_id_seq OWNED BY public.audit_events.id;
CREATE TABLE public.bookings (
    id bigint NOT NULL,
    room_id bigint NOT NULL,
    kind text NOT NULL,
    session_id bigint,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    released_at bigint,
    superseded bigint DEFAULT 0 NOT NULL,
    CONSTRAINT bookings_check CHECK ((starts_at < ends_at)),
    CONSTRAINT bookings_check1 CHECK (((kind = 'session'::text) = (session_id IS NOT NULL)))
);
CREATE SEQUENCE public.bookings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.bookings_id_seq OWNED BY public.bookings.id;
CREATE TABLE public.cards (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    center_id bigint NOT NULL,
    code_hash text NOT NULL,
    code_sealed text NOT NULL,
    issued_at bigint NOT NULL,
    issued_by bigint,
    revoked_at bigint,
    revoked_by bigint,
    revoke_reason text
);
CREATE SEQUENCE public.cards_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.cards_id_seq OWNED BY public.cards.id;
CREATE TABLE public.center_communities (
    id bigint NOT NULL,
    center_id bigint NOT NULL,
    community_id bigint NOT NULL,
    from_date text,
    to_date text
);
CREATE SEQUENCE public.center_communities_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.center_communities_id_seq OWNED BY public.center_communities.id;
CREATE SEQUENCE public.centers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.centers_id_seq OWNED BY public.centers.id;
CREATE TABLE public.room_closures (
    id bigint NOT NULL,
    room_id bigint NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL,
    voided_at bigint,
    voided_by bigint,
    void_reason text,
    CONSTRAINT room_closures_check CHECK ((starts_at < ends_at))
);
CREATE VIEW public.closures_held AS
 SELECT room_closures.id,
    room_closures.room_id,
    room_closures.starts_at,
    room_closures.ends_at,
    room_closures.reason
   FROM public.room_closures
  WHERE (room_closures.voided_at IS NULL);
CREATE TABLE public.codes (
    id bigint NOT NULL,
    token text NOT NULL,
    kind text NOT NULL,
    subject_id bigint NOT NULL,
    created_at bigint NOT NULL,
    replaced_at bigint,
    replaced_by bigint
);
CREATE SEQUENCE public.codes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.codes_id_seq OWNED BY public.codes.id;
CREATE SEQUENCE public.communities_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.communities_id_seq OWNED BY public.communities.id;
CREATE TABLE public.devices (
    id bigint NOT NULL,
    center_id bigint NOT NULL,
    name text NOT NULL,
    link_hash text NOT NULL,
    link_expires_at bigint NOT NULL,
    added_at bigint NOT NULL,
    added_by bigint NOT NULL,
    account_id bigint,
    enrolled_at bigint,
    cut_off_at bigint,
    cut_off_by bigint
);
CREATE SEQUENCE public.devices_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.devices_id_seq OWNED BY public.devices.id;
CREATE TABLE public.enrolments (
    person_id bigint NOT NULL,
    center_id bigint NOT NULL,
    address text,
    note text,
    door_key text,
    enrolled_at bigint NOT NULL
);
CREATE TABLE public.escorts (
    id bigint NOT NULL,
    attendance_id bigint NOT NULL,
    way text NOT NULL,
    name text NOT NULL,
    recorded_at bigint NOT NULL,
    recorded_by bigint,
    voided_at bigint
);
CREATE SEQUENCE public.escorts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.escorts_id_seq OWNED BY public.escorts.id;
CREATE TABLE public.group_memberships (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    priority_group text,
    subgroup_id bigint,
    valid_from text NOT NULL,
    valid_to text,
    document text NOT NULL,
    verified_by bigint,
    created_at bigint NOT NULL,
    voided_at bigint,
    voided_by bigint,
    void_reason text,
    CONSTRAINT group_memberships_check CHECK (((valid_to IS NULL) OR (valid_from <= valid_to))),
    CONSTRAINT group_memberships_check1 CHECK (((priority_group IS NOT NULL) OR (subgroup_id IS NOT NULL)))
);
CREATE SEQUENCE public.group_memberships_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.group_memberships_id_seq OWNED BY public.group_memberships.id;
CREATE TABLE public.head_counts (
    id bigint NOT NULL,
    request_id text,
    session_id bigint NOT NULL,
    attendance_id bigint,
    heads bigint NOT NULL,
    elderly bigint DEFAULT 0 NOT NULL,
    disabled bigint DEFAULT 0 NOT NULL,
    needy bigint DEFAULT 0 NOT NULL,
    youth bigint DEFAULT 0 NOT NULL,
    counted_at bigint NOT NULL,
    counted_by bigint,
    voided_at bigint,
    CONSTRAINT head_counts_heads_check CHECK ((heads > 0))
);
CREATE SEQUENCE public.head_counts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.head_counts_id_seq OWNED BY public.head_counts.id;
CREATE TABLE public.holidays (
    id bigint NOT NULL,
    starts_on text NOT NULL,
    ends_on text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    CONSTRAINT holidays_check CHECK ((starts_on <= ends_on))
);
CREATE SEQUENCE public.holidays_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.holidays_id_seq OWNED BY public.holidays.id;
CREATE TABLE public.hours_entries (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    session_id bigint,
    team_id bigint,
    served_on text,
    content text,
    unit text,
    minutes bigint NOT NULL,
    source text NOT NULL,
    original_minutes bigint NOT NULL,
    confirmed_at bigint NOT NULL,
    confirmed_by bigint,
    reverses_id bigint,
    reason text,
    CONSTRAINT hours_entries_check CHECK (((session_id IS NOT NULL) OR (served_on IS NOT NULL)))
);
CREATE SEQUENCE public.hours_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.hours_entries_id_seq OWNED BY public.hours_entries.id;
CREATE TABLE public.logins (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind text NOT NULL,
    secret_hash text NOT NULL,
    label text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);
CREATE SEQUENCE public.logins_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.logins_id_seq OWNED BY public.logins.id;
CREATE TABLE public.subgroups (
    id bigint NOT NULL,
    code text NOT NULL,
    priority_group text,
    name text NOT NULL,
    name_en text NOT NULL,
    "bit" bigint NOT NULL,
    retired_at bigint,
    CONSTRAINT subgroups_bit_check CHECK ((("bit" >= 0) AND ("bit" <= 61)))
);
CREATE VIEW public.memberships_held AS
 SELECT m.id,
    m.person_id,
    COALESCE(m.priority_group, s.priority_group) AS priority_group,
    m.subgroup_id,
    m.valid_from,
    m.valid_to,
    m.document
   FROM (public.group_memberships m
     LEFT JOIN public.subgroups s ON ((s.id = m.subgroup_id)))
  WHERE (m.voided_at IS NULL);
CREATE TABLE public.room_openings (
    id bigint NOT NULL,
    room_id bigint NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL,
    voided_at bigint,
    voided_by bigint,
    void_reason text,
    CONSTRAINT room_openings_check CHECK ((starts_at < ends_at))
);
CREATE VIEW public.openings_held AS
 SELECT room_openings.id,
    room_openings.room_id,
    room_openings.starts_at,
    room_openings.ends_at,
    room_openings.reason
   FROM public.room_openings
  WHERE (room_openings.voided_at IS NULL);
CREATE SEQUENCE public.operators_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.operators_id_seq OWNED BY public.operators.id;
CREATE TABLE public.people (
    id bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    name_fold text NOT NULL,
    pinyin text NOT NULL,
    sounds text NOT NULL,
    sex text,
    birth_date text,
    phone_sealed text,
    phone_hash text,
    phone_last4 text,
    id_number_sealed text,
    id_number_hash text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    languages text,
    CONSTRAINT people_languages_check CHECK ((length(languages) <= 60))
);
CREATE SEQUENCE public.people_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.people_id_seq OWNED BY public.people.id;
CREATE TABLE public.phone_people (
    phone_id bigint NOT NULL,
    person_id bigint NOT NULL,
    added_at bigint NOT NULL,
    card_id bigint
);
CREATE TABLE public.phones (
    id bigint NOT NULL,
    secret_hash text NOT NULL,
    label text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    revoked_at bigint
);
CREATE SEQUENCE public.phones_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.phones_id_seq OWNED BY public.phones.id;
CREATE TABLE public.populations (
    community_id bigint NOT NULL,
    counted_on text NOT NULL,
    source text NOT NULL,
    registered bigint NOT NULL,
    second bigint NOT NULL,
    second_is text
);
CREATE TABLE public.providers (
    id bigint NOT NULL,
    name text NOT NULL,
    contact text,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.providers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.providers_id_seq OWNED BY public.providers.id;
CREATE TABLE public.purchasers (
    id bigint NOT NULL,
    name text NOT NULL,
    contact text,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.purchasers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.purchasers_id_seq OWNED BY public.purchasers.id;
CREATE TABLE public.ratings (
    id bigint NOT NULL,
    session_id bigint NOT NULL,
    local_date text NOT NULL,
    score bigint NOT NULL,
    comment text,
    CONSTRAINT ratings_score_check CHECK (((score >= 1) AND (score <= 5)))
);
CREATE SEQUENCE public.ratings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.ratings_id_seq OWNED BY public.ratings.id;
CREATE SEQUENCE public.room_closures_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.room_closures_id_seq OWNED BY public.room_closures.id;
CREATE TABLE public.room_kinds (
    id bigint NOT NULL,
    code text NOT NULL,
    class text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL
);
CREATE SEQUENCE public.room_kinds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.room_kinds_id_seq OWNED BY public.room_kinds.id;
CREATE SEQUENCE public.room_openings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.room_openings_id_seq OWNED BY public.room_openings.id;
CREATE TABLE public.room_week_spans (
    week_id bigint NOT NULL,
    weekday bigint NOT NULL,
    opens bigint NOT NULL,
    closes bigint NOT NULL,
    CONSTRAINT room_week_spans_check CHECK ((opens < closes)),
    CONSTRAINT room_week_spans_closes_check CHECK (((closes >= 1) AND (closes <= 1440))),
    CONSTRAINT room_week_spans_opens_check CHECK (((opens >= 0) AND (opens <= 1439))),
    CONSTRAINT room_week_spans_weekday_check CHECK (((weekday >= 1) AND (weekday <= 7)))
);
CREATE TABLE public.room_weeks (
    id bigint NOT NULL,
    room_id bigint NOT NULL,
    valid_from text NOT NULL,
    created_at bigint NOT NULL,
    created_by bigint,
    reason text
);
CREATE SEQUENCE public.room_weeks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.room_weeks_id_seq OWNED BY public.room_weeks.id;
CREATE TABLE public.rooms (
    id bigint NOT NULL,
    center_id bigint NOT NULL,
    kind_id bigint NOT NULL,
    name text NOT NULL,
    area_m2 bigint NOT NULL,
    capacity bigint NOT NULL,
    buffer_minutes bigint DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    retired_at bigint,
    CONSTRAINT rooms_area_m2_check CHECK ((area_m2 > 0)),
    CONSTRAINT rooms_buffer_minutes_check CHECK (((buffer_minutes >= 0) AND (buffer_minutes <= 240))),
    CONSTRAINT rooms_capacity_check CHECK ((capacity > 0))
);
CREATE SEQUENCE public.rooms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.rooms_id_seq OWNED BY public.rooms.id;
CREATE TABLE public.scan_reviews (
    scan_id bigint NOT NULL,
    decision text NOT NULL,
    reason text,
    decided_at bigint NOT NULL,
    decided_by bigint
);
CREATE TABLE public.scans (
    id bigint NOT NULL,
    request_id text NOT NULL,
    session_id bigint NOT NULL,
    person_id bigint,
    attendance_id bigint,
    card_id bigint,
    part text NOT NULL,
    way text NOT NULL,
    method text NOT NULL,
    outcome text NOT NULL,
    occurred_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    offline bigint NOT NULL,
    account_id bigint,
    phone_id bigint
);
CREATE SEQUENCE public.scans_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.scans_id_seq OWNED BY public.scans.id;
CREATE TABLE public.service_kinds (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    confidential bigint DEFAULT 0 NOT NULL
);
CREATE SEQUENCE public.service_kinds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.service_kinds_id_seq OWNED BY public.service_kinds.id;
CREATE VIEW public.session_rooms AS
 SELECT b.session_id,
    b.room_id,
    r.name,
    r.center_id
   FROM (public.bookings b
     JOIN public.rooms r ON ((r.id = b.room_id)))
  WHERE ((b.session_id IS NOT NULL) AND (b.superseded = 0));
CREATE SEQUENCE public.sessions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.sessions_id_seq OWNED BY public.sessions.id;
CREATE TABLE public.settings (
    key text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.setup_links (
    id bigint NOT NULL,
    secret_hash text NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint
);
CREATE SEQUENCE public.setup_links_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.setup_links_id_seq OWNED BY public.setup_links.id;
CREATE SEQUENCE public.subgroups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.subgroups_id_seq OWNED BY public.subgroups.id;
CREATE TABLE public.team_kinds (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    needs_qualification bigint DEFAULT 0 NOT NULL
);
CREATE SEQUENCE public.team_kinds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.team_kinds_id_seq OWNED BY public.team_kinds.id;
CREATE TABLE public.team_members (
    id bigint NOT NULL,
    team_id bigint NOT NULL,
    person_id bigint NOT NULL,
    joined_on text NOT NULL,
    left_on text,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.team_members_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.team_members_id_seq OWNED BY public.team_members.id;
CREATE SEQUENCE public.teams_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.teams_id_seq OWNED BY public.teams.id;
CREATE TABLE public.workers (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    center_id bigint NOT NULL,
    account_id bigint,
    kind text NOT NULL,
    qualification text,
    certificate_number text,
    started_on text NOT NULL,
    ended_on text,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.workers_id_seq OWNED BY public.workers.id;
ALTER TABLE ONLY public.account_scopes ALTER COLUMN id SET DEFAULT nextval('public.account_scopes_id_seq'::regclass);
ALTER TABLE ONLY public.accounts ALTER COLUMN id SET DEFAULT nextval('public.accounts_id_seq'::regclass);
ALTER TABLE ONLY public.activities ALTER COLUMN id SET DEFAULT nextval('public.activities_id_seq'::regclass);
ALTER TABLE ONLY public.agreements ALTER COLUMN id SET DEFAULT nextval('public.agreements_id_seq'::regclass);
ALTER TABLE ONLY public.attendances ALTER COLUMN id SET DEFAULT nextval('public.attendances_id_seq'::regclass);
ALTER TABLE ONLY public.audit_events ALTER COLUMN id SET DEFAULT nextval('public.audit_events_id_seq'::regclass);
ALTER TABLE ONLY public.bookings ALTER COLUMN id SET DEFAULT nextval('public.bookings_id_seq'::regclass);
ALTER TABLE ONLY public.cards ALTER COLUMN id SET DEFAULT nextval('public.cards_id_seq'::regclass);
ALTER TABLE ONLY public.center_communities ALTER COLUMN id SET DEFAULT nextval('public.center_communities_id_seq'::regclass);
ALTER TABLE ONLY public.centers ALTER COLUMN id SET DEFAULT nextval('public.centers_id_seq'::regclass);
ALTER TABLE ONLY public.codes ALTER COLUMN id SET DEFAULT nextval('public.codes_id_seq'::regclass);
ALTER TABLE ONLY public.communities ALTER COLUMN id SET DEFAULT nextval('public.communities_id_seq'::regclass);
ALTER TABLE ONLY public.devices ALTER COLUMN id SET DEFAULT nextval('public.devices_id_seq'::regclass);
ALTER TABLE ONLY public.escorts ALTER COLUMN id SET DEFAULT nextval('public.escorts_id_seq'::regclass);
ALTER TABLE ONLY public.group_memberships ALTER COLUMN id SET DEFAULT nextval('public.group_memberships_id_seq'::regclass);
ALTER TABLE ONLY public.head_counts ALTER COLUMN id SET DEFAULT nextval('public.head_counts_id_seq'::regclass);
ALTER TABLE ONLY public.holidays ALTER COLUMN id SET DEFAULT nextval('public.holidays_id_seq'::regclass);
ALTER TABLE ONLY public.hours_entries ALTER COLUMN id SET DEFAULT nextval('public.hours_entries_id_seq'::regclass);
ALTER TABLE ONLY public.logins ALTER COLUMN id SET DEFAULT nextval('public.logins_id_seq'::regclass);
ALTER TABLE ONLY public.operators ALTER COLUMN id SET DEFAULT nextval('public.operators_id_seq'::regclass);
ALTER TABLE ONLY public.people ALTER COLUMN id SET DEFAULT nextval('public.people_id_seq'::regclass);
ALTER TABLE ONLY public.phones ALTER COLUMN id SET DEFAULT nextval('public.phones_id_seq'::regclass);
ALTER TABLE ONLY public.providers ALTER COLUMN id SET DEFAULT nextval('public.providers_id_seq'::regclass);
ALTER TABLE ONLY public.purchasers ALTER COLUMN id SET DEFAULT nextval('public.purchasers_id_seq'::regclass);
ALTER TABLE ONLY public.ratings ALTER COLUMN id SET DEFAULT nextval('public.ratings_id_seq'::regclass);
ALTER TABLE ONLY public.room_closures ALTER COLUMN id SET DEFAULT nextval('public.room_closures_id_seq'::regclass);
ALTER TABLE ONLY public.room_kinds ALTER COLUMN id SET DEFAULT nextval('public.room_kinds_id_seq'::regclass);
ALTER TABLE ONLY public.room_openings ALTER COLUMN id SET DEFAULT nextval('public.room_openings_id_seq'::regclass);
ALTER TABLE ONLY public.room_weeks ALTER COLUMN id SET DEFAULT nextval('public.room_weeks_id_seq'::regclass);
ALTER TABLE ONLY public.rooms ALTER COLUMN id SET DEFAULT nextval('public.rooms_id_seq'::regclass);
ALTER TABLE ONLY public.scans ALTER COLUMN id SET DEFAULT nextval('public.scans_id_seq'::regclass);
ALTER TABLE ONLY public.service_kinds ALTER COLUMN id SET DEFAULT nextval('public.service_kinds_id_seq'::regclass);
ALTER TABLE ONLY public.sessions ALTER COLUMN id SET DEFAULT nextval('public.sessions_id_seq'::regclass);
ALTER TABLE ONLY public.setup_links ALTER COLUMN id SET DEFAULT nextval('public.setup_links_id_seq'::regclass);
ALTER TABLE ONLY public.subgroups ALTER COLUMN id SET DEFAULT nextval('public.subgroups_id_seq'::regclass);
ALTER TABLE ONLY public.team_kinds ALTER COLUMN id SET DEFAULT nextval('public.team_kinds_id_seq'::regclass);
ALTER TABLE ONLY public.team_members ALTER COLUMN id SET DEFAULT nextval('public.team_members_id_seq'::regclass);
ALTER TABLE ONLY public.teams ALTER COLUMN id SET DEFAULT nextval('public.teams_id_seq'::regclass);
ALTER TABLE ONLY public.workers ALTER COLUMN id SET DEFAULT nextval('public.workers_id_seq'::regclass);
INSERT INTO public._sqlx_migrations VALUES
	(1, 'store', '2026-11-26 00:33:54.652904+00', true, '\xacdca11028da1bec3f90c913dbc0b9367dd189b73c0a6bb9ff2812c020f83664d4a12cdddeb9c56340e030261910ae66', 23122268),
	(2, 'store', '2026-11-26 00:33:54.674815+00', true, '\x2533c7515d2b1ec075d2e524040cff75d03f35fb1ac792f733894d9e603de590d652316fed24f10248241ad9f208a047', 1113106),
	(3, 'audit', '2026-11-26 00:33:54.676098+00', true, '\x3009eea4138006bf45797032d12eb0def934f4659ebdd6a35e926ad273effef88ff8050cf8f35cc1c3e4cb6b9dd7303b', 17922815),
	(4, 'auth', '2026-11-26 00:33:54.694297+00', true, '\x4c747dc46e6b88c324712bd580121f32b1de16f173cc04f2c91e2b211b38f38c365625394b3e664dd794f6ba6f798334', 32560651),
	(5, 'centers', '2026-11-26 00:33:54.733326+00', true, '\x06631c1b756a3d42a13c9cc2c9c6e53f713872d4efe883b215b4f04ad5d67223164a57bfc4bc8cbf7a7983566e7198f7', 29441859),
	(6, 'holidays', '2026-11-26 00:33:54.763511+00', true, '\xac8712d3c29ad272c8771423fc593ba980889699bdf3f47dae5ce17ed1b3fe8f44ea66af35dd4b2aff7e5516667523d3', 10265708),
	(7, 'agreements', '2026-11-26 00:33:54.774227+00', true, '\x360fcb3391f454064ec561b68e12befb8520f592f450e09e4f01b48e39ac2a9ee05eb5fa589b4a2d02760188175d58d5', 43776636),
	(8, 'rooms', '2026-11-26 00:33:54.819049+00', true, '\x578129253e055398b15b69a8ba31bf86a6c9acd6169d806e544931b4349c5ba85a30cf65a29cb0f073c728efbfb08d95', 61294303),
	(9, 'people', '2026-11-26 00:33:54.880648+00', true, '\xeec25b35ec8db05ef2d31ae2e3eaee907df91682a9f6b6ece71efb1ba608ac49b1e347c686a2dafc07083e217dfdf0f2', 39759939),
	(10, 'phones', '2026-11-26 00:33:54.920926+00', true, '\x2dbe8b912871a9548560138b0c5db412b99e6dd65dc1df61c99fa585ee1f5ef926b6795825368ec61957ac2f5635d4e6', 17874339),
	(11, 'codes', '2026-11-26 00:33:54.939147+00', true, '\xc60f9c8beda2a87a71d67c30d13d6821956805d1be8b3f166efacb3cb7420ef4b8b43fcd377410bb64a6aed2ba2fe0b8', 18552138),
	(12, 'teams', '2026-11-26 00:33:54.958148+00', true, '\xef04af047342c76c46836d4117aa6832234b7a801f85a2acf1e8978fbe05a32e4fa23b59df4dea0a8a233f17703f1c47', 27393629),
	(13, 'workers', '2026-11-26 00:33:54.986054+00', true, '\xd25ab5d283d832c420c1925a2ffe6352bdc71b8fac259cfcdc78ec2526c8aad059217041c92510f1e55b63153e52ea5f', 12897704),
	(14, 'accounts', '2026-11-26 00:33:54.999359+00', true, '\xf5c39a1b7b5de71bc36e43b61f986d12ac11504b5c2a4af344691ed6729e2dffa292bbf8362a96ccec1e8cc1f2426cc4', 4167883),
	(15, 'activities', '2026-11-26 00:33:55.003665+00', true, '\x4e1563071f466035a5909ee8164543939175e68f742591409eefa0f811a2df8766a1670bcf94cb9752556d5241acdf8d', 45891375),
	(16, 'activities', '2026-11-26 00:33:55.050759+00', true, '\xd18680a5b1718e6add9223676fe3f92ae40f66bef8e1181634a31e72f591dcaec5fa2f49771c8e59ba068f8c02eafb0d', 76712217),
	(17, 'hours', '2026-11-26 00:33:55.133444+00', true, '\x3bed5132ff87c080ba7cf20de4bf8cf26b70ec6783d5de1f735888b33bdda98deb0ea7d6c550054c7ca939bab2df1f91', 17414908),
	(18, 'ratings', '2026-11-26 00:33:55.151161+00', true, '\x389d73cf931ee7f491dd506b831b7ca4f8fe1796d58ec874c9197b78cfa142d8916f2a664b41510a087feae315f21d8b', 9952010),
	(19, 'check_in', '2026-11-26 00:33:55.161498+00', true, '\x931fcd73c73d355c7992fa46839f1e971174cc4328c682134a7ad94f54bfc4f629b231fdf693e8075e16cdf9ad972974', 72473215),
	(20, 'check_in', '2026-11-26 00:33:55.234799+00', true, '\x2f9ac6e6e3e5332225130f9307eeb3aada9d79e613878a3b3d1b8368cb9ead81706fdf4c2fe6cbf0afab2584aa4d2e27', 3185192),
	(21, 'devices', '2026-11-26 00:33:55.238049+00', true, '\x8ba32b021cf1fa2a1afde347a1b1d776091be7399abb190f3621f9abba4a1f763094e3b3e3cf1d7f8a92bb9dac14951a', 12176972),
	(22, 'people_languages', '2026-11-26 00:33:55.250744+00', true, '\x69c2d388bb4e18f6fe525a1568db0d18892f04b71ede3e5f93541babc41d2040d9fc0d862983a983395ee2e2aba3e945', 1440637);
INSERT INTO public.account_scopes VALUES
	(1, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL),
	(2, 2, NULL, '莞城', NULL, NULL, NULL, NULL, NULL),
	(3, 3, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(4, 4, NULL, NULL, NULL, 1, NULL, NULL, NULL),
	(5, 5, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(6, 6, NULL, NULL, NULL, NULL, NULL, 1, NULL),
	(7, 7, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(8, 8, NULL, NULL, NULL, NULL, 1, NULL, NULL),
	(9, 9, NULL, NULL, 2, NULL, NULL, NULL, NULL),
	(10, 10, NULL, NULL, NULL, 2, NULL, NULL, NULL),
	(11, 11, NULL, NULL, NULL, NULL, 2, NULL, NULL),
	(12, 12, NULL, NULL, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.accounts VALUES
	(1, 'ada', 'ada', 'city_admin', '$argon2id$v=19$m=19456,t=2,p=1$mQyHqck+szHmwt3kgatrLw$rUXUAnqe2FNVo12i90uSeg7NzS8fTy9n2x5zwMDDIp8', 1772676000000, NULL),
	(2, 'tom', 'tom', 'town_supervisor', '$argon2id$v=19$m=19456,t=2,p=1$Ie23G3yWdHLP2ReFuN8zVQ$FCOMgcFaSaXbshnr8+NO71xFprgW6vH83+ijHWM7HqM', 1772676000000, NULL),
	(3, 'cai', 'cai', 'committee', '$argon2id$v=19$m=19456,t=2,p=1$eMub2lMaCjG0sOcQtSmH1Q$atYKubbI/f1WU8NN2Fc3OOUw8IlA4ac1mzz8FUvtm3E', 1772676000000, NULL),
	(4, 'ben', 'ben', 'provider_manager', '$argon2id$v=19$m=19456,t=2,p=1$mmKzwT0sIqaUX/FS1WtHpQ$skEAgLNEf4QVqjcWoP6A5eR+WhWrjs3XnIfI1DbstuI', 1772676000000, NULL),
	(5, 'ann', 'ann', 'social_worker', '$argon2id$v=19$m=19456,t=2,p=1$K7Zg7jS8Or8BHby9McySIA$ficCsKIzoo4rVy8dMp+HlSKPRyQjO1SIWtIDLT6BE30', 1772676000000, NULL),
	(6, 'lei', 'lei', 'team_leader', '$argon2id$v=19$m=19456,t=2,p=1$jWipaKB6W7AnA822Rszq4w$IT4MSwPX3eYV0UJc7ukuCer8gqJQ4G8xL+gAgGxNXbI', 1772676000000, NULL),
	(7, 'fay', 'fay', 'front_desk', '$argon2id$v=19$m=19456,t=2,p=1$DbeJJHnwFv/AQzVZZj+n1g$+wUu3FBh3PYfa8IuEd4wzWkRwi4b/K8QVKFboxWB8Ss', 1772676000000, NULL),
	(8, 'pat', 'pat', 'purchaser', '$argon2id$v=19$m=19456,t=2,p=1$xXTauxHhtRpMuiXavd+3qw$LoMTukhVzunOSCkeldBMqw3HCK5hYYfckUuAaSYRuvA', 1772676000000, NULL),
	(9, 'olga', 'olga', 'social_worker', '$argon2id$v=19$m=19456,t=2,p=1$MJXBUe7IbsIb/R4yHxiXLw$3shsJrhFiGmBQ5nBQgRcPRLsty0YCkSIf3s9mRLf/8w', 1772676000000, NULL),
	(10, 'otto', 'otto', 'provider_manager', '$argon2id$v=19$m=19456,t=2,p=1$FMoJhISzYqODONuecJcrFA$7qsMtgENM+9Q0iN+MgmTIqCeK8c7VYG/jHPLbp3Gtbw', 1772676000000, NULL),
	(11, 'pia', 'pia', 'purchaser', '$argon2id$v=19$m=19456,t=2,p=1$TiSFklQAKS1YLLtIAXRKeA$rgrsjuUsd/NQ3olAyE3XDzPLIio49kQn0/sjb1Y0+ME', 1772676000000, NULL),
	(12, 'gone', '旧前台', 'front_desk', '$argon2id$v=19$m=19456,t=2,p=1$fhGs1m9XJX4gpRgVjAqVfQ$nc9mKiNVThJGUuJDrENWPyhov4WvwVDTjMe6SqCAU+M', 1772676000000, 1772676000000);
INSERT INTO public.activities VALUES
	(1, 1, 3, '长者太极班', '带上水杯', 'FREQ=WEEKLY;INTERVAL=1;COUNT=4', 1, 5, 1772676000000),
	(2, 1, 3, '读报会', NULL, NULL, 1, 5, 1772676000000),
	(3, 1, 3, '合唱团', NULL, NULL, 1, 5, 1772676000000),
	(4, 1, 3, '早操', NULL, NULL, 1, 5, 1772670600000),
	(5, 1, 3, '早茶会', NULL, NULL, 1, 5, 1772670600000),
	(6, 1, 3, '书法班', NULL, NULL, 1, 5, 1772670600000);
INSERT INTO public.age_bands VALUES
	('1880-01-01', 60, 6, 18);
INSERT INTO public.agreement_centers VALUES
	(1, 1, '2026-01-01', '2026-12-31'),
	(2, 2, '2026-01-01', '2026-12-31');
INSERT INTO public.agreements VALUES
	(1, 1, 1, '2026-01-01', '2026-12-31', 1772676000000),
	(2, 2, 2, '2026-01-01', '2026-12-31', 1772676000000);
INSERT INTO public.attendances VALUES
	(1, 5, 3, 'volunteer', 'roster', 1772503200000, NULL, 0, 1772503200000, 5, 0, 0, 0, 0, 0, NULL, NULL, NULL),
	(2, 5, 5, 'volunteer', 'roster', 1772503200000, NULL, 0, 1772503200000, 5, 0, 0, 0, 0, 0, NULL, NULL, NULL),
	(3, 5, 2, 'participant', 'roster', 1772503200000, NULL, 0, 1772503200000, 5, 1, 0, 1, 0, 0, NULL, NULL, NULL),
	(4, 6, 3, 'volunteer', 'roster', 1772604000000, NULL, 0, 1772604000000, 5, 0, 0, 0, 0, 0, NULL, NULL, NULL),
	(5, 7, 6, 'participant', 'phone', 1772670600000, NULL, 0, 1772670600000, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL),
	(6, 8, 2, 'participant', 'roster', 1772676000000, NULL, 0, 1772676000000, 5, 1, 0, 1, 0, 0, NULL, NULL, NULL);
INSERT INTO public.audit_events VALUES
	(1, 1772676000000, NULL, 'operator', 'account.created', 'account', 1, NULL, 'city_admin'),
	(2, 1772676000000, 1, 'ada', 'provider.added', 'provider', 1, NULL, NULL),
	(3, 1772676000000, 1, 'ada', 'purchaser.added', 'purchaser', 1, NULL, NULL),
	(4, 1772676000000, 1, 'ada', 'agreement.concluded', 'agreement', 1, 1, NULL),
	(5, 1772676000000, 1, 'ada', 'provider.added', 'provider', 2, NULL, NULL),
	(6, 1772676000000, 1, 'ada', 'purchaser.added', 'purchaser', 2, NULL, NULL),
	(7, 1772676000000, 1, 'ada', 'agreement.concluded', 'agreement', 2, 2, NULL),
	(8, 1772676000000, 1, 'ada', 'room.added', 'room', 1, 1, NULL),
	(9, 1772676000000, 1, 'ada', 'room.added', 'room', 2, 1, NULL),
	(10, 1772676000000, NULL, 'operator', 'account.created', 'account', 2, NULL, 'town_supervisor'),
	(11, 1772676000000, NULL, 'operator', 'account.created', 'account', 3, NULL, 'committee'),
	(12, 1772676000000, NULL, 'operator', 'account.created', 'account', 4, NULL, 'provider_manager'),
	(13, 1772676000000, NULL, 'operator', 'account.created', 'account', 5, NULL, 'social_worker'),
	(14, 1772676000000, NULL, 'operator', 'account.created', 'account', 6, NULL, 'team_leader'),
	(15, 1772676000000, NULL, 'operator', 'account.created', 'account', 7, NULL, 'front_desk'),
	(16, 1772676000000, NULL, 'operator', 'account.created', 'account', 8, NULL, 'purchaser'),
	(17, 1772676000000, NULL, 'operator', 'account.created', 'account', 9, NULL, 'social_worker'),
	(18, 1772676000000, NULL, 'operator', 'account.created', 'account', 10, NULL, 'provider_manager'),
	(19, 1772676000000, NULL, 'operator', 'account.created', 'account', 11, NULL, 'purchaser'),
	(20, 1772676000000, 1, 'ada', 'account.created', 'account', 12, NULL, 'front_desk'),
	(21, 1772676000000, 1, 'ada', 'account.disabled', 'account', 12, NULL, NULL),
	(22, 1772676000000, 1, 'ada', 'room.added', 'room', 3, 1, NULL),
	(23, 1772676000000, 1, 'ada', 'room.closed', 'room', 2, 1, '维修'),
	(24, 1772676000000, 1, 'ada', 'person.registered', 'person', 1, 1, NULL),
	(25, 1772676000000, 1, 'ada', 'worker.added', 'worker', 1, 1, NULL),
	(26, 1772676000000, 5, 'ann', 'person.membership_granted', 'person', 2, 1, NULL),
	(27, 1772676000000, 5, 'ann', 'person.registered', 'person', 2, 1, NULL),
	(28, 1772676000000, 5, 'ann', 'person.registered', 'person', 3, 1, NULL),
	(29, 1772676000000, 5, 'ann', 'person.registered', 'person', 4, 1, NULL),
	(30, 1772676000000, 5, 'ann', 'person.registered', 'person', 5, 1, NULL),
	(31, 1772676000000, 5, 'ann', 'team.member_added', 'team', 1, 1, NULL),
	(32, 1772676000000, 5, 'ann', 'team.created', 'team', 2, 1, NULL),
	(33, 1772676000000, 5, 'ann', 'activity.scheduled', 'activity', 1, 1, NULL),
	(34, 1772676000000, 5, 'ann', 'session.cancelled', 'session', 4, 1, '台风'),
	(35, 1772676000000, 5, 'ann', 'activity.scheduled', 'activity', 2, 1, NULL),
	(36, 1772676000000, 5, 'ann', 'activity.scheduled', 'activity', 3, 1, NULL),
	(37, 1772510400000, 5, 'ann', 'hours.confirmed', 'hours', 1, 1, NULL),
	(38, 1772510400000, 5, 'ann', 'session.closed', 'session', 5, 1, NULL),
	(39, 1772670600000, 5, 'ann', 'activity.scheduled', 'activity', 4, 1, NULL),
	(40, 1772670600000, 5, 'ann', 'activity.scheduled', 'activity', 5, 1, NULL),
	(41, 1772670600000, 5, 'ann', 'activity.scheduled', 'activity', 6, 1, NULL),
	(42, 1772670600000, NULL, 'phone 1', 'phone.remembered', 'phone', 1, NULL, NULL),
	(43, 1772670600000, NULL, 'phone 1', 'person.registered', 'person', 6, 1, NULL),
	(44, 1772676000000, 5, 'ann', 'head_count.added', 'head_count', 1, 1, NULL),
	(45, 1772676000000, 5, 'ann', 'device.added', 'device', 1, 1, '前台平板'),
	(46, 1772676000000, 5, 'ann', 'attendance.brought', 'attendance', 6, 1, NULL),
	(47, 1772676000000, 5, 'ann', 'scan.dismissed', 'scan', 5, 1, '认错了人');
INSERT INTO public.bookings VALUES
	(1, 1, 'session', 1, 1773104400000, 1773109800000, NULL, 0),
	(2, 1, 'session', 2, 1773709200000, 1773714600000, NULL, 0),
	(3, 1, 'session', 3, 1774314000000, 1774319400000, NULL, 0),
	(4, 1, 'session', 4, 1774918800000, 1774924200000, 1772676000000, 0),
	(5, 1, 'session', 5, 1772503200000, 1772510400000, NULL, 0),
	(6, 1, 'session', 6, 1772604000000, 1772611200000, NULL, 0),
	(7, 1, 'session', 7, 1772670600000, 1772674200000, NULL, 0),
	(8, 1, 'session', 8, 1772676000000, 1772683200000, NULL, 0),
	(9, 2, 'session', 9, 1772690400000, 1772697600000, NULL, 0);
INSERT INTO public.cards VALUES
	(1, 5, 1, '24afb1b70068f2f4ea37bb055dc4735541b547470224ea420ab8efe2346ccb81', 'p--RJBsHI2JaGeyL_-PGJVBm-an94JCYCsd0OdPpP1appm8C6_AMd7eNrEqQ9Bejprw', 0, NULL, NULL, NULL, NULL);
INSERT INTO public.center_communities VALUES
	(1, 1, 1, NULL, NULL),
	(2, 2, 2, NULL, NULL),
	(3, 3, 3, NULL, NULL),
	(4, 4, 4, NULL, NULL),
	(5, 5, 5, NULL, NULL),
	(6, 6, 6, NULL, NULL),
	(7, 7, 7, NULL, NULL),
	(8, 8, 8, NULL, NULL),
	(9, 9, 9, NULL, NULL),
	(10, 10, 10, NULL, NULL),
	(11, 11, 11, NULL, NULL),
	(12, 12, 12, NULL, NULL),
	(13, 13, 13, NULL, NULL),
	(14, 14, 14, NULL, NULL),
	(15, 15, 15, NULL, NULL),
	(16, 16, 16, NULL, NULL),
	(17, 17, 17, NULL, NULL),
	(18, 18, 18, NULL, NULL),
	(19, 19, 19, NULL, NULL),
	(20, 20, 20, NULL, NULL),
	(21, 21, 21, NULL, NULL),
	(22, 22, 22, NULL, NULL),
	(23, 23, 23, NULL, NULL),
	(24, 24, 24, NULL, NULL),
	(25, 25, 25, NULL, NULL);
INSERT INTO public.centers VALUES
	(1, 1, 'demonstration', '罗沙社区综合服务中心', NULL, 'Asia/Shanghai', 3000, NULL, NULL, 1772676000000),
	(2, 2, 'demonstration', '堑头社区综合服务中心', NULL, 'Asia/Shanghai', 2000, NULL, NULL, 1772676000000),
	(3, 3, 'demonstration', '流涌尾社区综合服务中心', NULL, 'Asia/Shanghai', 2200, NULL, NULL, 1772676000000),
	(4, 4, 'demonstration', '上沙社区综合服务中心', NULL, 'Asia/Shanghai', 2010, NULL, NULL, 1772676000000),
	(5, 5, 'demonstration', '九门寨社区综合服务中心', NULL, 'Asia/Shanghai', 2000, NULL, NULL, 1772676000000),
	(6, 6, 'demonstration', '长龙社区综合服务中心', NULL, 'Asia/Shanghai', 4000, NULL, NULL, 1772676000000),
	(7, 7, 'demonstration', '宝屯社区综合服务中心', NULL, 'Asia/Shanghai', 2200, NULL, NULL, 1772676000000),
	(8, 8, 'demonstration', '山厦社区综合服务中心', NULL, 'Asia/Shanghai', 1500, NULL, NULL, 1772676000000),
	(9, 9, 'demonstration', '井美社区综合服务中心', NULL, 'Asia/Shanghai', 1500, NULL, NULL, 1772676000000),
	(10, 10, 'demonstration', '新基社区综合服务中心', NULL, 'Asia/Shanghai', 3000, NULL, NULL, 1772676000000),
	(11, 11, 'demonstration', '石水口社区综合服务中心', NULL, 'Asia/Shanghai', 2000, NULL, NULL, 1772676000000),
	(12, 12, 'demonstration', '林村社区综合服务中心', NULL, 'Asia/Shanghai', 2000, NULL, NULL, 1772676000000),
	(13, 13, 'demonstration', '三中社区综合服务中心', NULL, 'Asia/Shanghai', 2250, NULL, NULL, 1772676000000),
	(14, 14, 'demonstration', '油甘埔社区综合服务中心', NULL, 'Asia/Shanghai', 1500, NULL, NULL, 1772676000000),
	(15, 15, 'demonstration', '宝石社区综合服务中心', NULL, 'Asia/Shanghai', 1500, NULL, NULL, 1772676000000),
	(16, 16, 'demonstration', '刘屋社区综合服务中心', NULL, 'Asia/Shanghai', 2700, NULL, NULL, 1772676000000),
	(17, 17, 'demonstration', '吴家涌社区综合服务中心', NULL, 'Asia/Shanghai', 1700, NULL, NULL, 1772676000000),
	(18, 18, 'demonstration', '上合社区综合服务中心', NULL, 'Asia/Shanghai', 1500, NULL, NULL, 1772676000000),
	(19, 19, 'demonstration', '元岭社区综合服务中心', NULL, 'Asia/Shanghai', 2100, NULL, NULL, 1772676000000),
	(20, 20, 'demonstration', '超朗社区综合服务中心', NULL, 'Asia/Shanghai', 2080, NULL, NULL, 1772676000000),
	(21, 21, 'demonstration', '曹乐社区综合服务中心', NULL, 'Asia/Shanghai', 2000, NULL, NULL, 1772676000000),
	(22, 22, 'demonstration', '三联社区综合服务中心', NULL, 'Asia/Shanghai', 2200, NULL, NULL, 1772676000000),
	(23, 23, 'demonstration', '木棆社区综合服务中心', NULL, 'Asia/Shanghai', 2000, NULL, NULL, 1772676000000),
	(24, 24, 'demonstration', '梅沙社区综合服务中心', NULL, 'Asia/Shanghai', 1200, NULL, NULL, 1772676000000),
	(25, 25, 'demonstration', '立沙新区社区综合服务中心', NULL, 'Asia/Shanghai', 1500, NULL, NULL, 1772676000000);
INSERT INTO public.codes VALUES
	(1, '5n04vj8me5', 'session', 1, 1772676000000, NULL, NULL),
	(2, '4mh53ewwc5', 'session', 2, 1772676000000, NULL, NULL),
	(3, 'h8pbn2ez06', 'session', 3, 1772676000000, NULL, NULL),
	(4, 'e2969k8aaf', 'session', 4, 1772676000000, NULL, NULL),
	(5, 'a1be498qgk', 'session', 5, 1772676000000, NULL, NULL),
	(6, '04zqtkf51h', 'session', 6, 1772676000000, NULL, NULL),
	(7, 'wf75sasj4x', 'session', 7, 1772670600000, NULL, NULL),
	(8, 'gdr4s9mwpf', 'session', 8, 1772670600000, NULL, NULL),
	(9, 'vsswx6h0ys', 'session', 9, 1772670600000, NULL, NULL);
INSERT INTO public.communities VALUES
	(1, 1, '莞城', '罗沙', 1600000),
	(2, 2, '东城', '堑头', 1100000),
	(3, 3, '万江', '流涌尾', 2500000),
	(4, 4, '长安', '上沙', 7500000),
	(5, 5, '虎门', '九门寨', 2200000),
	(6, 6, '黄江', '长龙', 18000000),
	(7, 7, '厚街', '宝屯', 3200000),
	(8, 8, '横沥', '山厦', 2700000),
	(9, 9, '东坑', '井美', 1900000),
	(10, 10, '麻涌', '新基', 7000000),
	(11, 11, '桥头', '石水口', 7800000),
	(12, 12, '塘厦', '林村', 20000000),
	(13, 13, '清溪', '三中', 9000000),
	(14, 14, '凤岗', '油甘埔', 1690000),
	(15, 15, '企石', '宝石', 2800000),
	(16, 16, '石碣', '刘屋', 4980000),
	(17, 17, '中堂', '吴家涌', 3300000),
	(18, 18, '望牛墩', '上合', 1700000),
	(19, 19, '大岭山', '元岭', 280000),
	(20, 20, '茶山', '超朗', 3000000),
	(21, 21, '谢岗', '曹乐', 7030000),
	(22, 22, '高埗', '三联', 1100000),
	(23, 23, '常平', '木棆', 3500000),
	(24, 24, '洪梅', '梅沙', 3500000),
	(25, 25, '沙田', '立沙新区', 350000);
INSERT INTO public.devices VALUES
	(1, 1, '前台平板', '7e8519e2a5ccc12b2e5889da5c8580be03ea703baf0232acdebe75d58e1003e6', 1772676600000, 1772676000000, 5, NULL, NULL, NULL, NULL);
INSERT INTO public.enrolments VALUES
	(1, 1, NULL, NULL, '63b91fc85cf0237f83a51fb9ead502aedfe2b25cb8664293a05092d39455fdff', 1772676000000),
	(2, 1, NULL, NULL, '3cfc0164d5a21d2dface7448fd3ceaf6de7ca6dbbaa3dff93534fabc7822986d', 1772676000000),
	(3, 1, NULL, NULL, 'c2afbffd474f7d06cba72ab64a6b0f59fd8fa48e462876a11e4ec5ea320210aa', 1772676000000),
	(4, 1, NULL, NULL, NULL, 1772676000000),
	(5, 1, NULL, NULL, NULL, 1772676000000),
	(6, 1, NULL, NULL, '60c82d449868a66f4359407e5e778c779498984dac6c6128a33426ca469fb56a', 1772670600000);
INSERT INTO public.escorts VALUES
	(1, 6, 'in', '外婆', 1772676000000, 5, NULL);
INSERT INTO public.group_memberships VALUES
	(1, 2, 'needy', NULL, '2026-01-01', NULL, '低保证 44190001', 5, 1772676000000, NULL, NULL, NULL);
INSERT INTO public.head_counts VALUES
	(1, '01a21545-fd50-7b0d-acfd-fccb7a04cb83', 8, NULL, 5, 2, 0, 0, 0, 1772676000000, 5, NULL);
INSERT INTO public.holidays VALUES
	(1, '2026-01-01', '2026-01-01', '元旦', 'New Year''s Day'),
	(2, '2026-02-16', '2026-02-19', '春节', 'Spring Festival'),
	(3, '2026-04-05', '2026-04-05', '清明节', 'Tomb-Sweeping Day'),
	(4, '2026-05-01', '2026-05-02', '劳动节', 'Labour Day'),
	(5, '2026-06-19', '2026-06-19', '端午节', 'Dragon Boat Festival'),
	(6, '2026-09-25', '2026-09-25', '中秋节', 'Mid-Autumn Festival'),
	(7, '2026-10-01', '2026-10-03', '国庆节', 'National Day'),
	(8, '2027-01-01', '2027-01-01', '元旦', 'New Year''s Day'),
	(9, '2027-02-05', '2027-02-08', '春节', 'Spring Festival'),
	(10, '2027-04-05', '2027-04-05', '清明节', 'Tomb-Sweeping Day'),
	(11, '2027-05-01', '2027-05-02', '劳动节', 'Labour Day'),
	(12, '2027-06-09', '2027-06-09', '端午节', 'Dragon Boat Festival'),
	(13, '2027-09-15', '2027-09-15', '中秋节', 'Mid-Autumn Festival'),
	(14, '2027-10-01', '2027-10-03', '国庆节', 'National Day');
INSERT INTO public.hours_entries VALUES
	(1, 3, 5, 1, NULL, NULL, NULL, 120, 'adjusted', 120, 1772510400000, 5, NULL, NULL);
INSERT INTO public.logins VALUES
	(1, 1, 'browser', 'a6faab24df034fbdfa9f023b6f4bfd39d00a287ae666cadfa13e2c7b8a707aa2', 'test', 1772676000000, 1772676000000, 1773280800000, NULL),
	(2, 1, 'browser', 'ca53435c7b8516a3fc27364a92b9ca924a9fb308a5a2fbaf5bbb90e6bcfece21', 'test', 1772676000000, 1772676000000, 1773280800000, NULL),
	(3, 5, 'browser', '65cb1b098347c49f76ad1ac18fc831807d07284da19f46bf0699507a5493b8fa', 'test', 1772676000000, 1772676000000, 1773280800000, NULL),
	(4, 7, 'token', 'b39c690d01320dc664ee63c6fa065744446fba59b6b5b7325df40d81fba55561', 'test', 1772604000000, 1772604000000, 1835676000000, NULL),
	(5, 5, 'browser', 'acd8d83cb1fff8a46378bb41d165c427e4a2860e123cdb87852e017e14601661', 'test', 1772676000000, 1772676000000, 1773280800000, NULL),
	(6, 1, 'token', '4e2dc5d86f266a15abb83b8845e642e79247193df7a946aac9dfbeea5e590786', 'test', 1772676000000, 1772676000000, 1835748000000, NULL);
INSERT INTO public.operators VALUES
	(1, 1, 1, '2026-03-05', NULL),
	(2, 2, 2, '2026-03-05', NULL);
INSERT INTO public.people VALUES
	(1, '陈静雯', '陈静雯', '陈静雯', 'chenjingwen', 'chen jing wen', NULL, NULL, 'jx_usMOYuGKI70DfJ7j5RqiiRyPVIeQ0Pfgb-m94r81yms4gKZ3kyFEpyk5R81L1wVj4', '6bf48ea1e424ad567dc0bfbf86e4dbfc81c64c12e9efbb30dc0243090c5a8448', '6000', NULL, NULL, 1772676000000, 1772676000000, 0, NULL),
	(2, '梁惠芳', '梁惠芳', '梁惠芳', 'lianghuifang', 'liang hui fang', 'f', '1950-08-15', 'wo_odAdPwDtiU2mji9qserqvH6DFXRA6PM4R5zyjtFNMK5JkMKoR6hjSdnn_klv1N6Wt', '74873bc25cd39b710e82917b144c5ff5bc3617d1fb3f84f02a79a5109f78ce22', '8000', NULL, NULL, 1772676000000, 1772676000000, 0, NULL),
	(3, '陈大文', '陈大文', '陈大文', 'chendawen', 'chen da/dai/tai wen', NULL, NULL, 'St0AnXuTrT9IMF2Fl91sNnW3d7RvIA845Qal3YD7vAeY5er10UVxVCyTUDOW95y3HTDr', 'f97b29179a7c36e950e568b6bf91cdb4f8c9b3938c4d9a1bedbf1ae5b7a1afc6', '9000', NULL, NULL, 1772676000000, 1772676000000, 0, NULL),
	(4, '李小明', '李小明', '李小明', 'lixiaoming', 'li xiao ming/meng', NULL, '2016-05-05', NULL, NULL, NULL, NULL, NULL, 1772676000000, 1772676000000, 0, NULL),
	(5, '欧阳志强', '欧阳志强', '欧阳志强', 'ouyangzhiqiang', 'ou yang zhi qiang/jiang', 'm', NULL, NULL, NULL, NULL, NULL, NULL, 1772676000000, 1772676000000, 0, NULL),
	(6, '黄秀英', '黄秀英', '黄秀英', 'huangxiuying', 'huang xiu ying/yang', NULL, NULL, 'HjevICeKFmt-UZcHIH-V60_fFaB_4D_sJYlqGU9kHwjk6dN2iG-JGOjo2WXCw_9JICKu', '9060b476866e6a1f3ea9f2be2f075ba605814119b516982d77d9ccd9ad0f71c2', '7000', NULL, NULL, 1772670600000, 1772670600000, 0, NULL);
INSERT INTO public.phone_people VALUES
	(1, 6, 1772670600000, NULL);
INSERT INTO public.phones VALUES
	(1, 'adf9cb7e9fdc37ba5c466dac037ce799ef18ead11d31e0856728f0c10e691e0a', '?', 1772670600000, 1772670600000, NULL);
INSERT INTO public.populations VALUES
	(1, '2012-05-14', '东府办〔2012〕65号 附件', 14633, 30000, NULL),
	(2, '2012-05-14', '东府办〔2012〕65号 附件', 3093, 9093, NULL),
	(3, '2012-05-14', '东府办〔2012〕65号 附件', 2237, 6537, NULL),
	(4, '2012-05-14', '东府办〔2012〕65号 附件', 2853, 32853, NULL),
	(5, '2012-05-14', '东府办〔2012〕65号 附件', 1453, 8753, NULL),
	(6, '2012-05-14', '东府办〔2012〕65号 附件', 2487, 14487, NULL),
	(7, '2012-05-14', '东府办〔2012〕65号 附件', 2575, 17575, NULL),
	(8, '2012-05-14', '东府办〔2012〕65号 附件', 1066, 2266, NULL),
	(9, '2012-05-14', '东府办〔2012〕65号 附件', 2501, 7837, NULL),
	(10, '2012-05-14', '东府办〔2012〕65号 附件', 5691, 15691, NULL),
	(11, '2012-05-14', '东府办〔2012〕65号 附件', 4509, 11509, NULL),
	(12, '2012-05-14', '东府办〔2012〕65号 附件', 5400, 55400, NULL),
	(13, '2012-05-14', '东府办〔2012〕65号 附件', 1772, 81625, NULL),
	(14, '2012-05-14', '东府办〔2012〕65号 附件', 5908, 6800, NULL),
	(15, '2012-05-14', '东府办〔2012〕65号 附件', 5300, 16300, NULL),
	(16, '2012-05-14', '东府办〔2012〕65号 附件', 4521, 13457, NULL),
	(17, '2012-05-14', '东府办〔2012〕65号 附件', 2762, 3862, NULL),
	(18, '2012-05-14', '东府办〔2012〕65号 附件', 2980, 5980, NULL),
	(19, '2012-05-14', '东府办〔2012〕65号 附件', 981, 2781, NULL),
	(20, '2012-05-14', '东府办〔2012〕65号 附件', 2940, 5940, NULL),
	(21, '2012-05-14', '东府办〔2012〕65号 附件', 2170, 13000, NULL),
	(22, '2012-05-14', '东府办〔2012〕65号 附件', 1374, 840, NULL),
	(23, '2012-05-14', '东府办〔2012〕65号 附件', 2090, 5000, NULL),
	(24, '2012-05-14', '东府办〔2012〕65号 附件', 4030, 2600, NULL),
	(25, '2012-05-14', '东府办〔2012〕65号 附件', 10702, 0, NULL);
INSERT INTO public.providers VALUES
	(1, '莞爱社会工作服务中心', NULL, 1772676000000),
	(2, '邻家社会工作服务社', NULL, 1772676000000);
INSERT INTO public.purchasers VALUES
	(1, '莞城街道办事处', NULL, 1772676000000),
	(2, '东城街道办事处', NULL, 1772676000000);
INSERT INTO public.ratings VALUES
	(1, 1, '2026-03-03', 4, '茶好');
INSERT INTO public.room_closures VALUES
	(1, 2, 1774972800000, 1775232000000, '维修', 1772676000000, NULL, NULL, NULL);
INSERT INTO public.room_kinds VALUES
	(1, 'reception', 'required', '服务大厅', 'Reception hall'),
	(2, 'multi_purpose', 'required', '多功能活动室', 'Multi-purpose room'),
	(3, 'reading', 'required', '图书阅览室', 'Reading room'),
	(4, 'elderly', 'required', '老年人活动室', 'Room for older people'),
	(5, 'children', 'required', '儿童之家', 'Children''s room'),
	(6, 'casework', 'required', '个案工作室', 'Casework room'),
	(7, 'group_work', 'required', '小组工作室', 'Group work room'),
	(8, 'volunteers', 'required', '志愿者之家', 'Volunteers'' room'),
	(9, 'rehabilitation', 'optional', '康复训练室', 'Rehabilitation room'),
	(10, 'day_care', 'optional', '长者日间照料室', 'Day care room'),
	(11, 'computer', 'optional', '电子阅览室', 'Computer room'),
	(12, 'dance', 'optional', '舞蹈室', 'Dance room'),
	(13, 'music', 'optional', '音乐室', 'Music room'),
	(14, 'calligraphy', 'optional', '书画室', 'Calligraphy room'),
	(15, 'fitness', 'optional', '健身室', 'Fitness room'),
	(16, 'counselling', 'optional', '心理咨询室', 'Counselling room'),
	(17, 'legal_aid', 'optional', '法律援助室', 'Legal aid room'),
	(18, 'training', 'optional', '培训室', 'Training room'),
	(19, 'own', 'own', '特色功能室', 'Own kind of room');
INSERT INTO public.room_openings VALUES
	(1, 1, 1772838000000, 1772866800000, '补班', 1772600000000, NULL, NULL, NULL);
INSERT INTO public.room_week_spans VALUES
	(1, 1, 510, 1260),
	(1, 2, 510, 1260),
	(1, 3, 510, 1260),
	(1, 4, 510, 1260),
	(1, 5, 510, 1260),
	(1, 6, 510, 1260),
	(1, 7, 510, 1260),
	(2, 1, 510, 1260),
	(2, 2, 510, 1260),
	(2, 3, 510, 1260),
	(2, 4, 510, 1260),
	(2, 5, 510, 1260),
	(2, 6, 510, 1260),
	(2, 7, 510, 1260);
INSERT INTO public.room_weeks VALUES
	(1, 1, '2026-03-05', 1772676000000, 1, NULL),
	(2, 2, '2026-03-05', 1772676000000, 1, NULL),
	(3, 3, '2026-03-05', 1772676000000, 1, NULL);
INSERT INTO public.rooms VALUES
	(1, 1, 2, '二楼多功能活动室', 120, 60, 0, 1772676000000, NULL),
	(2, 1, 14, '书画室', 60, 20, 0, 1772676000000, NULL),
	(3, 1, 5, '心理咨询室', 20, 4, 0, 1772676000000, NULL);
INSERT INTO public.scan_reviews VALUES
	(5, 'dismissed', '认错了人', 1772676000000, 5);
INSERT INTO public.scans VALUES
	(1, '01a21545-fbe0-7d17-8af8-3ccd166290ca', 5, 3, 1, NULL, 'volunteer', 'in', 'roster', 'admitted', 1772503200000, 1772503200000, 0, 5, NULL),
	(2, '01a21545-fc39-753b-a282-2b4b37f82aa7', 5, 5, 2, NULL, 'volunteer', 'in', 'roster', 'admitted', 1772503200000, 1772503200000, 0, 5, NULL),
	(3, '01a21545-fc4a-7571-9131-40a57ce3fbe3', 5, 2, 3, NULL, 'participant', 'in', 'roster', 'admitted', 1772503200000, 1772503200000, 0, 5, NULL),
	(4, '01a21545-fc76-71db-b080-01359613ff73', 6, 3, 4, NULL, 'volunteer', 'in', 'roster', 'admitted', 1772604000000, 1772604000000, 0, 5, NULL),
	(5, '01a21545-fc86-7283-bb8f-b0ff459678e2', 5, 4, NULL, NULL, 'participant', 'in', 'roster', 'closed', 1772505000000, 1772604000000, 1, 7, NULL),
	(6, '01a21545-fcf1-7d00-8d4d-c2222b7e9408', 7, 6, 5, NULL, 'participant', 'in', 'phone', 'admitted', 1772670600000, 1772670600000, 0, NULL, 1),
	(7, '01a21545-fd3b-794f-976f-3145d74ae4ad', 8, 2, 6, NULL, 'participant', 'in', 'roster', 'admitted', 1772676000000, 1772676000000, 0, 5, NULL);
INSERT INTO public.service_kinds VALUES
	(1, 'case_work', '个案', 'Case work', 1),
	(2, 'group_work', '小组', 'Group work', 0),
	(3, 'community_activity', '社区活动', 'Community activity', 0);
INSERT INTO public.sessions VALUES
	(1, 1, 1, 1, 1, NULL, 1773104400000, 1773109800000, '2026-03-10', 60, 'planned', NULL, 0, NULL, NULL, NULL, 0, 1772676000000),
	(2, 1, 1, 1, 1, NULL, 1773709200000, 1773714600000, '2026-03-17', 60, 'planned', NULL, 0, NULL, NULL, NULL, 0, 1772676000000),
	(3, 1, 1, 1, 1, NULL, 1774314000000, 1774319400000, '2026-03-24', 60, 'planned', NULL, 0, NULL, NULL, NULL, 0, 1772676000000),
	(4, 1, 1, 1, 1, NULL, 1774918800000, 1774924200000, '2026-03-31', 60, 'cancelled', '台风', 0, NULL, NULL, NULL, 1, 1772676000000),
	(6, 3, 1, NULL, 1, NULL, 1772604000000, 1772611200000, '2026-03-04', 60, 'planned', NULL, 0, NULL, NULL, NULL, 0, 1772676000000),
	(5, 2, 1, NULL, 1, NULL, 1772503200000, 1772510400000, '2026-03-03', 60, 'completed', NULL, 0, '来了三位街坊', 1772510400000, 5, 0, 1772510400000),
	(7, 4, 1, NULL, 1, NULL, 1772670600000, 1772674200000, '2026-03-05', 60, 'planned', NULL, 0, NULL, NULL, NULL, 0, 1772670600000),
	(8, 5, 1, NULL, 1, NULL, 1772676000000, 1772683200000, '2026-03-05', 60, 'planned', NULL, 0, NULL, NULL, NULL, 0, 1772670600000),
	(9, 6, 1, NULL, 1, NULL, 1772690400000, 1772697600000, '2026-03-05', 20, 'planned', NULL, 0, NULL, NULL, NULL, 0, 1772670600000);
INSERT INTO public.settings VALUES
	('instance', '08ec8a9a-a5ba-4a64-a8c0-0c6576a9d23e'),
	('key_proof', 'K3uHQXVA7r_gOPR2Vj09z413Wy0fdnh-pzj5bk94OTTJtWMZAr6tHlGt7uSU');
INSERT INTO public.setup_links VALUES
	(1, '576799307f46c95761c70c21cd53c42f13bc2336824559b125091a70a0fef4e6', 1772676000000, NULL);
INSERT INTO public.subgroups VALUES
	(1, 'trial', 'elderly', '试用', 'Trial', 61, NULL);
INSERT INTO public.team_kinds VALUES
	(1, 'elderly_care', '敬老', 'Elderly care', 0),
	(2, 'child_care', '爱幼', 'Child care', 0),
	(3, 'disabled_aid', '助残', 'Disabled aid', 0),
	(4, 'needy_aid', '帮困', 'Help for the needy', 0),
	(5, 'environment', '环保', 'Environment', 0),
	(6, 'culture', '文化', 'Culture', 0),
	(7, 'sports', '体育', 'Sports', 0),
	(8, 'science', '科普', 'Popular science', 0),
	(9, 'medical', '医疗卫生', 'Medical and health', 1),
	(10, 'legal', '法律咨询与援助', 'Legal advice and aid', 1),
	(11, 'psychological', '心理咨询与辅导', 'Psychological counselling', 1);
INSERT INTO public.team_members VALUES
	(1, 1, 3, '2026-03-05', NULL, 1772676000000);
INSERT INTO public.teams VALUES
	(1, 1, 1, NULL, '邻里敬老队', '2025-01-01', NULL, 0),
	(2, 1, 5, NULL, '绿芽队', '2026-02-01', NULL, 1772676000000);
INSERT INTO public.workers VALUES
	(1, 1, 1, NULL, 'social_worker', NULL, NULL, '2026-01-01', NULL, 1772676000000);
SELECT pg_catalog.setval('public.account_scopes_id_seq', 12, true);
SELECT pg_catalog.setval('public.accounts_id_seq', 12, true);
SELECT pg_catalog.setval('public.activities_id_seq', 6, true);
SELECT pg_catalog.setval('public.agreements_id_seq', 2, true);
SELECT pg_catalog.setval('public.attendances_id_seq', 6, true);
SELECT pg_catalog.setval('public.audit_events_id_seq', 47, true);
SELECT pg_catalog.setval('public.bookings_id_seq', 9, true);
SELECT pg_catalog.setval('public.cards_id_seq', 1, true);
SELECT pg_catalog.setval('public.center_communities_id_seq', 25, true);
SELECT pg_catalog.setval('public.centers_id_seq', 25, true);
SELECT pg_catalog.setval('public.codes_id_seq', 9, true);
SELECT pg_catalog.setval('public.communities_id_seq', 25, true);
SELECT pg_catalog.setval('public.devices_id_seq', 1, true);
SELECT pg_catalog.setval('public.escorts_id_seq', 1, true);
SELECT pg_catalog.setval('public.group_memberships_id_seq', 1, true);
SELECT pg_catalog.setval('public.head_counts_id_seq', 1, true);
SELECT pg_catalog.setval('public.holidays_id_seq', 14, true);
SELECT pg_catalog.setval('public.hours_entries_id_seq', 1, true);
SELECT pg_catalog.setval('public.logins_id_seq', 6, true);
SELECT pg_catalog.setval('public.operators_id_seq', 2, true);
SELECT pg_catalog.setval('public.people_id_seq', 6, true);
SELECT pg_catalog.setval('public.phones_id_seq', 1, true);
SELECT pg_catalog.setval('public.providers_id_seq', 2, true);
SELECT pg_catalog.setval('public.purchasers_id_seq', 2, true);
SELECT pg_catalog.setval('public.ratings_id_seq', 1, true);
SELECT pg_catalog.setval('public.room_closures_id_seq', 1, true);
SELECT pg_catalog.setval('public.room_kinds_id_seq', 19, true);
SELECT pg_catalog.setval('public.room_openings_id_seq', 1, true);
SELECT pg_catalog.setval('public.room_weeks_id_seq', 3, true);
SELECT pg_catalog.setval('public.rooms_id_seq', 3, true);
SELECT pg_catalog.setval('public.scans_id_seq', 7, true);
SELECT pg_catalog.setval('public.service_kinds_id_seq', 3, true);
SELECT pg_catalog.setval('public.sessions_id_seq', 9, true);
SELECT pg_catalog.setval('public.setup_links_id_seq', 1, true);
SELECT pg_catalog.setval('public.subgroups_id_seq', 1, true);
SELECT pg_catalog.setval('public.team_kinds_id_seq', 11, true);
SELECT pg_catalog.setval('public.team_members_id_seq', 1, true);
SELECT pg_catalog.setval('public.teams_id_seq', 2, true);
SELECT pg_catalog.setval('public.workers_id_seq', 1, true);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.account_scopes
    ADD CONSTRAINT account_scopes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT activities_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.age_bands
    ADD CONSTRAINT age_bands_pkey PRIMARY KEY (valid_from);
ALTER TABLE ONLY public.agreement_centers
    ADD CONSTRAINT agreement_centers_pkey PRIMARY KEY (agreement_id, center_id);
ALTER TABLE ONLY public.agreements
    ADD CONSTRAINT agreements_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bookings
    ADD CONSTRAINT booking_overlap EXCLUDE USING gist (room_id WITH =, int8range(starts_at, ends_at) WITH &&) WHERE ((released_at IS NULL));
ALTER TABLE ONLY public.bookings
    ADD CONSTRAINT bookings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.center_communities
    ADD CONSTRAINT center_communities_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.centers
    ADD CONSTRAINT centers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT codes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.communities
    ADD CONSTRAINT communities_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.escorts
    ADD CONSTRAINT escorts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.group_memberships
    ADD CONSTRAINT group_memberships_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.head_counts
    ADD CONSTRAINT head_counts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.holidays
    ADD CONSTRAINT holidays_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.hours_entries
    ADD CONSTRAINT hours_entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.logins
    ADD CONSTRAINT logins_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.operators
    ADD CONSTRAINT operators_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.phones
    ADD CONSTRAINT phones_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.populations
    ADD CONSTRAINT populations_pkey PRIMARY KEY (community_id, counted_on);
ALTER TABLE ONLY public.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.purchasers
    ADD CONSTRAINT purchasers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.ratings
    ADD CONSTRAINT ratings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.room_closures
    ADD CONSTRAINT room_closures_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.room_kinds
    ADD CONSTRAINT room_kinds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.room_openings
    ADD CONSTRAINT room_openings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.room_week_spans
    ADD CONSTRAINT room_week_spans_pkey PRIMARY KEY (week_id, weekday, opens);
ALTER TABLE ONLY public.room_weeks
    ADD CONSTRAINT room_weeks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scan_reviews
    ADD CONSTRAINT scan_reviews_pkey PRIMARY KEY (scan_id);
ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.service_kinds
    ADD CONSTRAINT service_kinds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.setup_links
    ADD CONSTRAINT setup_links_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subgroups
    ADD CONSTRAINT subgroups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.team_kinds
    ADD CONSTRAINT team_kinds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);
CREATE INDEX account_scopes_by_account ON public.account_scopes USING btree (account_id);
CREATE UNIQUE INDEX accounts_login ON public.accounts USING btree (login);
CREATE INDEX activities_by_center ON public.activities USING btree (center_id);
CREATE INDEX agreement_centers_by_center ON public.agreement_centers USING btree (center_id);
CREATE INDEX agreements_by_purchaser ON public.agreements USING btree (purchaser_id);
CREATE INDEX attendances_by_person ON public.attendances USING btree (person_id);
CREATE UNIQUE INDEX attendances_good ON public.attendances USING btree (session_id, person_id, part) WHERE (voided_at IS NULL);
CREATE INDEX audit_events_by_center ON public.audit_events USING btree (center_id, id);
CREATE INDEX audit_events_by_subject ON public.audit_events USING btree (subject, subject_id);
CREATE INDEX bookings_by_room ON public.bookings USING btree (room_id, starts_at);
CREATE INDEX bookings_by_session ON public.bookings USING btree (session_id);
CREATE INDEX cards_by_center ON public.cards USING btree (center_id, id);
CREATE UNIQUE INDEX cards_code ON public.cards USING btree (code_hash);
CREATE UNIQUE INDEX cards_good ON public.cards USING btree (person_id) WHERE (revoked_at IS NULL);
CREATE INDEX center_communities_by_center ON public.center_communities USING btree (center_id);
CREATE INDEX centers_by_community ON public.centers USING btree (community_id);
CREATE UNIQUE INDEX codes_good ON public.codes USING btree (kind, subject_id) WHERE (replaced_at IS NULL);
CREATE UNIQUE INDEX codes_token ON public.codes USING btree (token);
CREATE UNIQUE INDEX communities_name ON public.communities USING btree (town, name);
CREATE UNIQUE INDEX communities_number ON public.communities USING btree (number);
CREATE INDEX devices_by_center ON public.devices USING btree (center_id, id);
CREATE UNIQUE INDEX devices_link ON public.devices USING btree (link_hash);
CREATE INDEX enrolments_by_center ON public.enrolments USING btree (center_id, person_id);
CREATE UNIQUE INDEX enrolments_door_key ON public.enrolments USING btree (center_id, door_key);
CREATE UNIQUE INDEX enrolments_person ON public.enrolments USING btree (person_id, center_id);
CREATE UNIQUE INDEX escorts_good ON public.escorts USING btree (attendance_id, way) WHERE (voided_at IS NULL);
CREATE INDEX group_memberships_by_person ON public.group_memberships USING btree (person_id);
CREATE INDEX head_counts_by_session ON public.head_counts USING btree (session_id);
CREATE UNIQUE INDEX head_counts_companions ON public.head_counts USING btree (attendance_id) WHERE ((attendance_id IS NOT NULL) AND (voided_at IS NULL));
CREATE UNIQUE INDEX head_counts_request ON public.head_counts USING btree (request_id);
CREATE UNIQUE INDEX holidays_start ON public.holidays USING btree (starts_on);
CREATE INDEX hours_entries_by_person ON public.hours_entries USING btree (person_id);
CREATE INDEX hours_entries_by_session ON public.hours_entries USING btree (session_id);
CREATE UNIQUE INDEX hours_entries_reversal ON public.hours_entries USING btree (reverses_id);
CREATE INDEX logins_by_account ON public.logins USING btree (account_id);
CREATE UNIQUE INDEX logins_secret ON public.logins USING btree (secret_hash);
CREATE INDEX operators_by_provider ON public.operators USING btree (provider_id);
CREATE UNIQUE INDEX operators_now ON public.operators USING btree (center_id) WHERE (ends_on IS NULL);
CREATE INDEX people_by_name ON public.people USING btree (name_key);
CREATE INDEX people_by_phone ON public.people USING btree (phone_hash);
CREATE UNIQUE INDEX people_id_number ON public.people USING btree (id_number_hash);
CREATE INDEX phone_people_by_card ON public.phone_people USING btree (card_id) WHERE (card_id IS NOT NULL);
CREATE INDEX phone_people_by_person ON public.phone_people USING btree (person_id);
CREATE UNIQUE INDEX phone_people_pair ON public.phone_people USING btree (phone_id, person_id);
CREATE UNIQUE INDEX phones_secret ON public.phones USING btree (secret_hash);
CREATE UNIQUE INDEX providers_name ON public.providers USING btree (name);
CREATE UNIQUE INDEX purchasers_name ON public.purchasers USING btree (name);
CREATE INDEX ratings_by_session ON public.ratings USING btree (session_id);
CREATE INDEX room_closures_by_room ON public.room_closures USING btree (room_id, starts_at);
CREATE UNIQUE INDEX room_kinds_code ON public.room_kinds USING btree (code);
CREATE UNIQUE INDEX room_kinds_name ON public.room_kinds USING btree (name);
CREATE INDEX room_openings_by_room ON public.room_openings USING btree (room_id, starts_at);
CREATE UNIQUE INDEX room_weeks_start ON public.room_weeks USING btree (room_id, valid_from);
CREATE UNIQUE INDEX rooms_name ON public.rooms USING btree (center_id, name);
CREATE INDEX scans_by_phone ON public.scans USING btree (phone_id) WHERE (phone_id IS NOT NULL);
CREATE INDEX scans_by_session ON public.scans USING btree (session_id, person_id);
CREATE INDEX scans_offline ON public.scans USING btree (session_id) WHERE (offline = 1);
CREATE UNIQUE INDEX scans_request ON public.scans USING btree (request_id);
CREATE UNIQUE INDEX service_kinds_code ON public.service_kinds USING btree (code);
CREATE UNIQUE INDEX service_kinds_name ON public.service_kinds USING btree (name);
CREATE INDEX sessions_by_activity ON public.sessions USING btree (activity_id, starts_at);
CREATE INDEX sessions_by_center ON public.sessions USING btree (center_id, local_date);
CREATE UNIQUE INDEX setup_links_secret ON public.setup_links USING btree (secret_hash);
CREATE UNIQUE INDEX subgroups_bit ON public.subgroups USING btree ("bit");
CREATE UNIQUE INDEX subgroups_code ON public.subgroups USING btree (code);
CREATE UNIQUE INDEX team_kinds_code ON public.team_kinds USING btree (code);
CREATE UNIQUE INDEX team_kinds_name ON public.team_kinds USING btree (name);
CREATE INDEX team_members_by_person ON public.team_members USING btree (person_id);
CREATE UNIQUE INDEX team_members_now ON public.team_members USING btree (team_id, person_id) WHERE (left_on IS NULL);
CREATE UNIQUE INDEX teams_name ON public.teams USING btree (center_id, name);
CREATE INDEX workers_by_account ON public.workers USING btree (account_id);
CREATE INDEX workers_by_center ON public.workers USING btree (center_id);
CREATE UNIQUE INDEX workers_now ON public.workers USING btree (person_id, center_id) WHERE (ended_on IS NULL);
ALTER TABLE ONLY public.account_scopes
    ADD CONSTRAINT account_scopes_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT activities_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT activities_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT activities_kind_id_fkey FOREIGN KEY (kind_id) REFERENCES public.service_kinds(id);
ALTER TABLE ONLY public.agreement_centers
    ADD CONSTRAINT agreement_centers_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES public.agreements(id);
ALTER TABLE ONLY public.agreement_centers
    ADD CONSTRAINT agreement_centers_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.agreements
    ADD CONSTRAINT agreements_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id);
ALTER TABLE ONLY public.agreements
    ADD CONSTRAINT agreements_purchaser_id_fkey FOREIGN KEY (purchaser_id) REFERENCES public.purchasers(id);
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);
ALTER TABLE ONLY public.attendances
    ADD CONSTRAINT attendances_voided_by_fkey FOREIGN KEY (voided_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.bookings
    ADD CONSTRAINT bookings_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.bookings
    ADD CONSTRAINT bookings_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);
ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.center_communities
    ADD CONSTRAINT center_communities_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.center_communities
    ADD CONSTRAINT center_communities_community_id_fkey FOREIGN KEY (community_id) REFERENCES public.communities(id);
ALTER TABLE ONLY public.centers
    ADD CONSTRAINT centers_community_id_fkey FOREIGN KEY (community_id) REFERENCES public.communities(id);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT codes_replaced_by_fkey FOREIGN KEY (replaced_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_added_by_fkey FOREIGN KEY (added_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_cut_off_by_fkey FOREIGN KEY (cut_off_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.enrolments
    ADD CONSTRAINT enrolments_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.enrolments
    ADD CONSTRAINT enrolments_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.escorts
    ADD CONSTRAINT escorts_attendance_id_fkey FOREIGN KEY (attendance_id) REFERENCES public.attendances(id);
ALTER TABLE ONLY public.escorts
    ADD CONSTRAINT escorts_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.group_memberships
    ADD CONSTRAINT group_memberships_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.group_memberships
    ADD CONSTRAINT group_memberships_subgroup_id_fkey FOREIGN KEY (subgroup_id) REFERENCES public.subgroups(id);
ALTER TABLE ONLY public.group_memberships
    ADD CONSTRAINT group_memberships_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.group_memberships
    ADD CONSTRAINT group_memberships_voided_by_fkey FOREIGN KEY (voided_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.head_counts
    ADD CONSTRAINT head_counts_attendance_id_fkey FOREIGN KEY (attendance_id) REFERENCES public.attendances(id);
ALTER TABLE ONLY public.head_counts
    ADD CONSTRAINT head_counts_counted_by_fkey FOREIGN KEY (counted_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.head_counts
    ADD CONSTRAINT head_counts_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);
ALTER TABLE ONLY public.hours_entries
    ADD CONSTRAINT hours_entries_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.hours_entries
    ADD CONSTRAINT hours_entries_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.hours_entries
    ADD CONSTRAINT hours_entries_reverses_id_fkey FOREIGN KEY (reverses_id) REFERENCES public.hours_entries(id);
ALTER TABLE ONLY public.hours_entries
    ADD CONSTRAINT hours_entries_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);
ALTER TABLE ONLY public.hours_entries
    ADD CONSTRAINT hours_entries_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id);
ALTER TABLE ONLY public.logins
    ADD CONSTRAINT logins_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.operators
    ADD CONSTRAINT operators_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.operators
    ADD CONSTRAINT operators_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id);
ALTER TABLE ONLY public.phone_people
    ADD CONSTRAINT phone_people_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.phone_people
    ADD CONSTRAINT phone_people_phone_id_fkey FOREIGN KEY (phone_id) REFERENCES public.phones(id);
ALTER TABLE ONLY public.populations
    ADD CONSTRAINT populations_community_id_fkey FOREIGN KEY (community_id) REFERENCES public.communities(id);
ALTER TABLE ONLY public.ratings
    ADD CONSTRAINT ratings_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);
ALTER TABLE ONLY public.room_closures
    ADD CONSTRAINT room_closures_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.room_closures
    ADD CONSTRAINT room_closures_voided_by_fkey FOREIGN KEY (voided_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.room_openings
    ADD CONSTRAINT room_openings_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.room_openings
    ADD CONSTRAINT room_openings_voided_by_fkey FOREIGN KEY (voided_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.room_week_spans
    ADD CONSTRAINT room_week_spans_week_id_fkey FOREIGN KEY (week_id) REFERENCES public.room_weeks(id);
ALTER TABLE ONLY public.room_weeks
    ADD CONSTRAINT room_weeks_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.room_weeks
    ADD CONSTRAINT room_weeks_room_id_fkey FOREIGN KEY (room_id) REFERENCES public.rooms(id);
ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.rooms
    ADD CONSTRAINT rooms_kind_id_fkey FOREIGN KEY (kind_id) REFERENCES public.room_kinds(id);
ALTER TABLE ONLY public.scan_reviews
    ADD CONSTRAINT scan_reviews_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.scan_reviews
    ADD CONSTRAINT scan_reviews_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES public.scans(id);
ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_attendance_id_fkey FOREIGN KEY (attendance_id) REFERENCES public.attendances(id);
ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_card_id_fkey FOREIGN KEY (card_id) REFERENCES public.cards(id);
ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activities(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id);
ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id);
ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_kind_id_fkey FOREIGN KEY (kind_id) REFERENCES public.team_kinds(id);
ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_leader_id_fkey FOREIGN KEY (leader_id) REFERENCES public.people(id);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_center_id_fkey FOREIGN KEY (center_id) REFERENCES public.centers(id);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.people(id);
