//! Editing profiles, and taking one filled.

use super::forms::{ColumnInput, ProfileInput};
use super::queries;
use super::rules::MOST_COLUMNS;
use super::types::{
    ColumnStep, ExportColumn, ExportColumnId, ExportProfile, ExportProfileId, FilingAsked, FilledProfile,
};
use crate::audit;
use crate::auth::{CityAdmin, Coordinator, Filer};
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::store::{Conn, Flag, Sealer};

fn name_taken() -> Error {
    Error::field("name", "field.name_taken")
}

/// Makes a profile as a copy of another, in use or not, with all its columns.
///
/// # Errors
/// `Invalid` at `copy_of` where there is no such profile, at `name` for one that is taken.
pub async fn copy(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (name, original): (&str, ExportProfileId),
) -> Result<ExportProfileId> {
    let original = queries::profile(tx, original).await.map_err(|error| match error {
        Error::NotFound => Error::field("copy_of", "field.not_a_choice"),
        error => error,
    })?;
    let id: ExportProfileId = sqlx::query_scalar(
        "insert into export_profiles (name, subject, file_name, format, note, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(name)
    .bind(original.subject)
    .bind(&original.file_name)
    .bind(original.format)
    .bind(&original.note)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("export_profiles_name", name_taken)?;
    sqlx::query(
        "insert into export_columns (profile_id, place, title, field, constant, required, date_form)
         select cast($1 as bigint), c.place, c.title, c.field, c.constant, c.required, c.date_form
         from export_columns c where c.profile_id = $2 order by c.place, c.id",
    )
    .bind(id)
    .bind(original.id)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("export_profile.added", id.0).because(name)).await?;
    Ok(id)
}

/// Makes the change of a profile the next one after what its editor has seen.
///
/// # Errors
/// `Refused("profile_changed")` where somebody changed it meanwhile.
async fn turn(tx: &mut Conn, profile: &ExportProfile, seen: i64) -> Result<()> {
    let turned = sqlx::query("update export_profiles set version = version + 1 where id = $1 and version = $2")
        .bind(profile.id)
        .bind(seen)
        .execute(tx)
        .await?;
    if turned.rows_affected() == 0 { Err(Error::refused("profile_changed")) } else { Ok(()) }
}

fn check_seen(profile: &ExportProfile, seen: i64) -> Result<()> {
    if profile.version == seen { Ok(()) } else { Err(Error::refused("profile_changed")) }
}

/// Changes a profile's name, file name, format and note.
///
/// # Errors
/// `Refused("profile_changed")` where somebody changed it meanwhile, `Invalid` at `name` for one that is taken.
pub async fn revise(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    profile: &ExportProfile,
    input: &ProfileInput,
) -> Result<()> {
    check_seen(profile, input.version)?;
    let ExportProfile { name, file_name, format, note, .. } = profile;
    if (name, file_name, *format, note) == (&input.name, &input.file_name, input.format, &input.note) {
        return Ok(());
    }
    turn(tx, profile, input.version).await?;
    sqlx::query("update export_profiles set name = $1, file_name = $2, format = $3, note = $4 where id = $5")
        .bind(&input.name)
        .bind(&input.file_name)
        .bind(input.format)
        .bind(&input.note)
        .bind(profile.id)
        .execute(&mut *tx)
        .await
        .on_unique("export_profiles_name", name_taken)?;
    audit::record(tx, by, now, audit::entry("export_profile.revised", profile.id.0).because(&input.name)).await
}

/// Puts a column at the end.
///
/// # Errors
/// As [`revise`]'s; `Refused("too_many_columns")` beyond sixty.
pub async fn add_column(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    profile: &ExportProfile,
    input: &ColumnInput,
) -> Result<ExportColumnId> {
    turn(tx, profile, input.version).await?;
    let (count, last): (i64, i64) =
        sqlx::query_as("select count(*), coalesce(max(place), 0) from export_columns where profile_id = $1")
            .bind(profile.id)
            .fetch_one(&mut *tx)
            .await?;
    if count >= MOST_COLUMNS {
        return Err(Error::refused("too_many_columns"));
    }
    let id: ExportColumnId = sqlx::query_scalar(
        "insert into export_columns (profile_id, place, title, field, constant, required, date_form)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(profile.id)
    .bind(last + 1)
    .bind(&input.title)
    .bind(input.field)
    .bind(&input.constant)
    .bind(Flag::from(input.required))
    .bind(input.date_form)
    .fetch_one(&mut *tx)
    .await?;
    told(by, now, tx, profile, &input.title).await?;
    Ok(id)
}

/// That a profile's columns were changed.
async fn told(by: &CityAdmin, now: Now, tx: &mut Conn, profile: &ExportProfile, title: &str) -> Result<()> {
    let detail = format!("{}: {title}", profile.name);
    audit::record(tx, by, now, audit::entry("export_profile.columns_changed", profile.id.0).because(&detail)).await
}

/// Changes a column.
///
/// # Errors
/// As [`revise`]'s.
pub async fn revise_column(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (profile, column): (&ExportProfile, &ExportColumn),
    input: &ColumnInput,
) -> Result<()> {
    check_seen(profile, input.version)?;
    let was = (&column.title, column.field, &column.constant, column.required.is_set(), column.date_form);
    if was == (&input.title, input.field, &input.constant, input.required, input.date_form) {
        return Ok(());
    }
    turn(tx, profile, input.version).await?;
    sqlx::query(
        "update export_columns set title = $1, field = $2, constant = $3, required = $4, date_form = $5 where id = $6",
    )
    .bind(&input.title)
    .bind(input.field)
    .bind(&input.constant)
    .bind(Flag::from(input.required))
    .bind(input.date_form)
    .bind(column.id)
    .execute(&mut *tx)
    .await?;
    told(by, now, tx, profile, &input.title).await
}

/// Moves a column one place up or down; the first stays first, and the last last.
///
/// # Errors
/// As [`revise`]'s.
pub async fn move_column(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (profile, column): (&ExportProfile, &ExportColumn),
    (to, seen): (ColumnStep, i64),
) -> Result<()> {
    check_seen(profile, seen)?;
    let columns = queries::columns(tx, profile.id).await?;
    let place = columns.iter().position(|one| one.id == column.id);
    let other = match to {
        ColumnStep::Up => place.and_then(|place| place.checked_sub(1)),
        ColumnStep::Down => place.map(|place| place + 1),
    };
    let Some(other) = other.and_then(|place| columns.get(place)) else { return Ok(()) };
    turn(tx, profile, seen).await?;
    sqlx::query(
        "update export_columns set place = case when id = $1 then cast($3 as bigint) else cast($4 as bigint) end
         where id in ($1, $2)",
    )
    .bind(column.id)
    .bind(other.id)
    .bind(other.place)
    .bind(column.place)
    .execute(&mut *tx)
    .await?;
    told(by, now, tx, profile, &column.title).await
}

/// Takes a column out.
///
/// # Errors
/// As [`revise`]'s; `Refused("last_column")` for the only one.
pub async fn remove_column(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (profile, column): (&ExportProfile, &ExportColumn),
    seen: i64,
) -> Result<()> {
    turn(tx, profile, seen).await?;
    let removed = sqlx::query(
        "delete from export_columns where id = $1
           and exists (select 1 from export_columns o where o.profile_id = $2 and o.id <> $1)",
    )
    .bind(column.id)
    .bind(profile.id)
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::refused("last_column"));
    }
    told(by, now, tx, profile, &column.title).await
}

/// Takes a profile out of use; it stays on record, and can be copied and brought back.
///
/// # Errors
/// `NotFound` where it is out of use.
pub async fn retire(by: &CityAdmin, now: Now, tx: &mut Conn, profile: &ExportProfile) -> Result<()> {
    let retired = sqlx::query(
        "update export_profiles set retired_at = $1, version = version + 1 where id = $2 and retired_at is null",
    )
    .bind(now.0)
    .bind(profile.id)
    .execute(&mut *tx)
    .await?;
    if retired.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("export_profile.retired", profile.id.0).because(&profile.name)).await
}

/// Brings one back into use.
///
/// # Errors
/// `NotFound` where it is in use.
pub async fn bring_back(by: &CityAdmin, now: Now, tx: &mut Conn, profile: &ExportProfile) -> Result<()> {
    let returned = sqlx::query(
        "update export_profiles set retired_at = null, version = version + 1 where id = $1 and retired_at is not null",
    )
    .bind(profile.id)
    .execute(&mut *tx)
    .await?;
    if returned.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("export_profile.brought_back", profile.id.0).because(&profile.name)).await
}

/// A profile filled, for whoever looks at it before it is taken: numbers masked, whatever is asked.
///
/// # Errors
/// `Refused("profile_retired")` for one out of use, `Invalid` at `team` for another center's team.
pub(super) async fn look(
    _: &Filer,
    conn: &mut Conn,
    sealer: &Sealer,
    (center, profile): (&Center, ExportProfile),
    asked: &FilingAsked,
) -> Result<FilledProfile> {
    check_asked(conn, center, &profile, asked).await?;
    let masked = FilingAsked { reason: None, ..asked.clone() };
    queries::filling(conn, sealer, center, profile, &masked).await
}

async fn check_asked(conn: &mut Conn, center: &Center, profile: &ExportProfile, asked: &FilingAsked) -> Result<()> {
    if profile.retired_at.is_some() {
        return Err(Error::refused("profile_retired"));
    }
    if asked.teams.is_empty() {
        return Ok(());
    }
    let known = queries::teams(conn, center).await?;
    match asked.teams.iter().all(|team| known.iter().any(|one| one.id == *team)) {
        true => Ok(()),
        false => Err(Error::field("team", "field.not_a_choice")),
    }
}

/// A profile filled, to be taken away: told in the audit with the number of rows. With a reason numbers are in full.
///
/// # Errors
/// As [`look`]'s; `Forbidden` for numbers in full where they may not be revealed.
pub async fn take(
    by: &Filer,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, profile): (&Center, ExportProfile),
    asked: &FilingAsked,
) -> Result<FilledProfile> {
    if asked.reason.is_some() && !Coordinator::includes(by.role) {
        return Err(Error::Forbidden);
    }
    check_asked(tx, center, &profile, asked).await?;
    let filling = queries::filling(tx, sealer, center, profile, asked).await?;
    let (id, rows) = (filling.profile.id.0, filling.rows.len());
    match &asked.reason {
        Some(reason) => {
            let detail = format!("{reason}, {rows}");
            let entry = audit::entry("filing.taken_in_full", id).at(center.id());
            audit::record(tx, by, now, entry.because(&detail)).await?;
        }
        None => {
            let detail = format!("{}, {}–{}, {rows}", filling.profile.name, asked.from, asked.to);
            audit::record(tx, by, now, audit::entry("filing.taken", id).at(center.id()).because(&detail)).await?;
        }
    }
    Ok(filling)
}
