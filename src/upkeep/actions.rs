//! Reporting and mending, owning and lending, and writing down drills.

use super::forms::{AssetInput, Borrower, DefectInput, DrillInput, LoanInput};
use super::queries;
use super::types::{AssetId, CenterAsset, Defect, DefectAnswer, DefectId, DefectState, Drill, DrillId, LoanId};
use crate::audit::{self, Acting};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::files::{self, CheckedFile, Secrecy};
use crate::ids::AccountId;
use crate::people;
use crate::rooms::{self, RoomId};
use crate::store::{Conn, Flag, Sealer};

/// Writes down what is broken, with a photo if there is one. The same request again finds what it reported.
///
/// # Errors
/// `Invalid` at `room` for a room that is not the center's.
pub async fn report(
    (by, account): (&impl Acting, Option<AccountId>),
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (input, photo): (&DefectInput, Option<&CheckedFile>),
) -> Result<DefectId> {
    if let Some((id, at)) = queries::reported_by(tx, &input.request).await? {
        return if at == center.id() { Ok(id) } else { Err(Error::NotFound) };
    }
    is_here(tx, center, input.room).await?;
    // Whoever stands before it may have got somebody into the picture.
    let kept = match photo {
        Some(photo) => Some(files::keep(now, tx, sealer, photo, Secrecy::Sealed).await?),
        None => None,
    };
    let made: Option<DefectId> = sqlx::query_scalar(
        "insert into defects (center_id, room_id, request_id, what, state, photo_id, reported_at, reported_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $7) on conflict (request_id) do nothing returning id",
    )
    .bind(center.id())
    .bind(input.room)
    .bind(&input.request)
    .bind(&input.what)
    .bind(DefectState::Reported)
    .bind(kept)
    .bind(now.0)
    .bind(account)
    .fetch_optional(&mut *tx)
    .await?;
    // The same tap twice at one moment: the transaction goes back, with its photo.
    let id = made.ok_or(Error::Busy)?;
    audit::record(tx, by, now, audit::entry("defect.reported", id.0).at(center.id())).await?;
    Ok(id)
}

async fn is_here(conn: &mut Conn, center: &Center, room: Option<RoomId>) -> Result<()> {
    let Some(room) = room else { return Ok(()) };
    match rooms::queries::find(conn, center.id(), room).await {
        Ok(_) => Ok(()),
        Err(Error::NotFound) => Err(Error::field("room", "field.not_a_choice")),
        Err(error) => Err(error),
    }
}

/// Says who mends it, and until when; others before are replaced.
///
/// # Errors
/// `Refused("defect_over")` for one that is mended or dismissed.
pub async fn assign(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, defect): (&Center, &Defect),
    (mender, until): (&str, Date),
) -> Result<()> {
    let assigned = sqlx::query(
        "update defects set state = $1, mender = $2, mend_by = $3, changed_at = $4 where id = $5 and state in ($6, $1)",
    )
    .bind(DefectState::Assigned)
    .bind(mender.to_owned())
    .bind(until)
    .bind(now.0)
    .bind(defect.id)
    .bind(DefectState::Reported)
    .execute(&mut *tx)
    .await?;
    if assigned.rows_affected() == 0 {
        return Err(Error::refused("defect_over"));
    }
    audit::record(tx, by, now, audit::entry("defect.assigned", defect.id.0).at(center.id())).await
}

/// Ends a defect, mended or not, or begins it again.
///
/// # Errors
/// `Refused("defect_over")` where it has ended, `Refused("defect_open")` where it has not.
pub async fn answer_defect(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, defect): (&Center, &Defect),
    (answer, word): (DefectAnswer, &str),
) -> Result<()> {
    let again = if defect.mender.is_some() { DefectState::Assigned } else { DefectState::Reported };
    let (state, ended, entry) = match answer {
        DefectAnswer::Mended => (DefectState::Mended, true, audit::entry("defect.mended", defect.id.0)),
        DefectAnswer::Dismissed => (DefectState::Dismissed, true, audit::entry("defect.dismissed", defect.id.0)),
        DefectAnswer::Reopened => (again, false, audit::entry("defect.reopened", defect.id.0)),
    };
    let changed = sqlx::query(
        "update defects set state = $1, word = $2, changed_at = $3,
                ended_at = case when cast($4 as bigint) = 1 then cast($3 as bigint) end,
                ended_by = case when cast($4 as bigint) = 1 then cast($5 as bigint) end
         where id = $6 and ((ended_at is null and cast($4 as bigint) = 1) or (ended_at is not null and cast($4 as bigint) = 0))",
    )
    .bind(state)
    .bind(word.to_owned())
    .bind(now.0)
    .bind(Flag::from(ended))
    .bind(by.account)
    .bind(defect.id)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(match ended {
            true => Error::refused("defect_over"),
            false => Error::refused("defect_open"),
        });
    }
    audit::record(tx, by, now, entry.at(center.id()).because(word)).await
}

/// Takes something into the register.
///
/// # Errors
/// `Invalid` at `number` where one of that number is there, at `room` for a room that is not the center's.
pub async fn add_asset(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &AssetInput,
) -> Result<AssetId> {
    is_here(tx, center, input.room).await?;
    let id: AssetId = sqlx::query_scalar(
        "insert into assets (center_id, room_id, number, name, kind, origin, bought_on, cost_yuan, lendable, note, added_at, added_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
    )
    .bind(center.id())
    .bind(input.room)
    .bind(&input.number)
    .bind(&input.name)
    .bind(input.kind)
    .bind(input.origin)
    .bind(input.bought_on)
    .bind(input.cost_yuan)
    .bind(Flag::from(input.lendable))
    .bind(&input.note)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("assets_number", number_taken)?;
    audit::record(tx, by, now, audit::entry("asset.added", id.0).at(center.id())).await?;
    Ok(id)
}

fn number_taken() -> Error {
    Error::field("number", "upkeep.number_taken")
}

/// Says otherwise what something is, if anything is to be otherwise.
///
/// # Errors
/// As [`add_asset`]'s; `Refused("asset_written_off")` for what is out of the register.
pub async fn revise_asset(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, asset): (&Center, &CenterAsset),
    input: &AssetInput,
) -> Result<()> {
    if asset.written_off_on.is_some() {
        return Err(Error::refused("asset_written_off"));
    }
    is_here(tx, center, input.room).await?;
    let revised = sqlx::query(
        "update assets set room_id = $1, number = $2, name = $3, kind = $4, origin = $5, bought_on = $6, cost_yuan = $7, lendable = $8, note = $9
         where id = $10 and (room_id, number, name, kind, origin, bought_on, cost_yuan, lendable, note)
               is distinct from ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(input.room)
    .bind(&input.number)
    .bind(&input.name)
    .bind(input.kind)
    .bind(input.origin)
    .bind(input.bought_on)
    .bind(input.cost_yuan)
    .bind(Flag::from(input.lendable))
    .bind(&input.note)
    .bind(asset.id)
    .execute(&mut *tx)
    .await
    .on_unique("assets_number", number_taken)?;
    if revised.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("asset.revised", asset.id.0).at(center.id())).await
}

/// Takes something out of the register, for a reason. The row stays.
///
/// # Errors
/// `Refused("asset_out")` while somebody has it, `Refused("asset_written_off")` where that was done before.
pub async fn write_off(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, asset): (&Center, &CenterAsset),
    reason: &str,
) -> Result<()> {
    let gone = sqlx::query(
        "update assets set written_off_on = $1, written_off_why = $2, written_off_by = $3
         where id = $4 and written_off_on is null
           and not exists (select 1 from loans l where l.asset_id = assets.id and l.back_at is null)",
    )
    .bind(center.zone.date(now.0))
    .bind(reason.to_owned())
    .bind(by.account)
    .bind(asset.id)
    .execute(&mut *tx)
    .await?;
    if gone.rows_affected() == 0 {
        return Err(match asset.written_off_on {
            Some(_) => Error::refused("asset_written_off"),
            None => Error::refused("asset_out"),
        });
    }
    audit::record(tx, by, now, audit::entry("asset.written_off", asset.id.0).at(center.id()).because(reason)).await
}

/// Gives something out to a person of the center, or to a unit.
///
/// # Errors
/// `Refused("asset_out")` with who has it, `Refused("asset_not_lent")` for what is not for lending or written off; `NotFound` for somebody
/// who is not enrolled here.
pub async fn lend(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, asset): (&Center, &CenterAsset),
    input: &LoanInput,
) -> Result<LoanId> {
    let (person, unit) = match &input.borrower {
        Borrower::Person(person) => (Some(*person), None),
        Borrower::Unit(unit) => (None, Some(unit.clone())),
    };
    if let Some(person) = person {
        crate::locks::people_shared(tx, [person]).await?;
        people::queries::find(tx, center.id(), person).await?;
    }
    if asset.written_off_on.is_some() || !asset.lendable.is_set() {
        return Err(Error::refused("asset_not_lent"));
    }
    let id: LoanId = sqlx::query_scalar(
        "insert into loans (asset_id, person_id, unit, lent_at, lent_by, due_on) values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(asset.id)
    .bind(person)
    .bind(unit)
    .bind(now.0)
    .bind(by.account)
    .bind(input.due_on)
    .fetch_one(&mut *tx)
    .await
    .on_unique("loans_out", || Error::Refused(Refusal::new("asset_out")))?;
    audit::record(tx, by, now, audit::entry("asset.lent", asset.id.0).at(center.id())).await?;
    Ok(id)
}

/// Takes something back, or says that it will not come back: then it is written off too.
///
/// # Errors
/// `Refused("asset_here")` where nobody has it.
pub async fn bring_back(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, asset): (&Center, &CenterAsset),
    (word, lost): (Option<&str>, bool),
) -> Result<()> {
    let back = sqlx::query(
        "update loans set back_at = $1, back_by = $2, word = $3, lost = $4 where asset_id = $5 and back_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(word.map(str::to_owned))
    .bind(Flag::from(lost))
    .bind(asset.id)
    .execute(&mut *tx)
    .await?;
    if back.rows_affected() == 0 {
        return Err(Error::refused("asset_here"));
    }
    audit::record(tx, by, now, audit::entry("asset.brought_back", asset.id.0).at(center.id())).await?;
    match word {
        Some(word) if lost => write_off(by, now, tx, (center, asset), word).await,
        _ => Ok(()),
    }
}

/// Writes down a drill, with its sheet if there is one.
pub async fn record_drill(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (input, sheet): (&DrillInput, Option<&CheckedFile>),
) -> Result<DrillId> {
    let kept = match sheet {
        Some(sheet) => Some(files::keep(now, tx, sealer, sheet, Secrecy::Sealed).await?),
        None => None,
    };
    let id: DrillId = sqlx::query_scalar(
        "insert into drills (center_id, held_on, kind, minutes, people, led_by, found, file_id, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(center.id())
    .bind(input.held_on)
    .bind(input.kind)
    .bind(input.minutes)
    .bind(input.people)
    .bind(&input.led_by)
    .bind(&input.found)
    .bind(kept)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("drill.recorded", id.0).at(center.id())).await?;
    Ok(id)
}

/// Marks a drill as a mistake. The row stays, with the reason.
///
/// # Errors
/// `NotFound` where that was done before.
pub async fn void_drill(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, drill): (&Center, &Drill),
    reason: &str,
) -> Result<()> {
    let voided = sqlx::query(
        "update drills set voided_at = $1, voided_by = $2, void_reason = $3 where id = $4 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason.to_owned())
    .bind(drill.id)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("drill.voided", drill.id.0).at(center.id()).because(reason)).await
}
