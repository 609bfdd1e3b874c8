-- Who runs a center, who pays for it, and for how long.
create table providers (
    id bigserial primary key,
    name text not null,
    contact text,
    created_at bigint not null
);
create unique index providers_name on providers (name);

create table purchasers (
    id bigserial primary key,
    name text not null,
    contact text,
    created_at bigint not null
);
create unique index purchasers_name on purchasers (name);

create table agreements (
    id bigserial primary key,
    provider_id bigint not null references providers (id),
    purchaser_id bigint not null references purchasers (id),
    starts_on text not null,
    ends_on text not null,
    created_at bigint not null,
    check (starts_on <= ends_on)
);
create index agreements_by_purchaser on agreements (purchaser_id);

-- The centers of an agreement, each with its days, both included: the agreement's, or some of them. At one time a center has
-- one provider, and any number of purchasers who pay for it together.
create table agreement_centers (
    agreement_id bigint not null references agreements (id),
    center_id bigint not null references centers (id),
    starts_on text not null,
    ends_on text not null,
    primary key (agreement_id, center_id),
    check (starts_on <= ends_on)
);
create index agreement_centers_by_center on agreement_centers (center_id);

-- Who runs a center, from a day on: the provider of its agreement, and after that whoever was last. Both days are included.
create table operators (
    id bigserial primary key,
    center_id bigint not null references centers (id),
    provider_id bigint not null references providers (id),
    starts_on text not null,
    ends_on text
);
create unique index operators_now on operators (center_id) where ends_on is null;
create index operators_by_provider on operators (provider_id);
