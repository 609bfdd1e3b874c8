//! Keeping an activity as a template, calling it otherwise, taking it away.

use serde_json::{Map, Value};

use super::types::{ActivityTemplate, ActivityTemplateId};
use crate::activities::prefill::{self, HeldActivity};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::fields::Fields;
use crate::ids::ActivityId;
use crate::store::Conn;

/// Keeps an activity of the center as a template: all that its form says, and the day of its first session, from which the
/// day of the next like it follows. A series becomes one of as many times.
///
/// # Errors
/// `NotFound` for another center's activity; `Invalid` at `name` where a template is called so.
pub async fn keep(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    activity: ActivityId,
    name: &str,
) -> Result<ActivityTemplateId> {
    let held = prefill::one(by, tx, center.id(), activity).await?;
    let id: ActivityTemplateId = sqlx::query_scalar(
        "insert into activity_templates (center_id, name, plan, rule, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(center.id())
    .bind(name)
    .bind(as_json(&plan(&held)))
    .bind(&held.activity.rule)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("activity_templates_name", taken)?;
    audit::record(tx, by, now, audit::entry("activity_template.kept", id.0).at(center.id())).await?;
    Ok(id)
}

fn taken() -> Error {
    Error::field("name", "field.template_name_taken")
}

fn plan(held: &HeldActivity) -> Fields {
    let fields = held.fields().with("date", held.first);
    match held.cadence() {
        Some(_) => fields.with("times", held.dates.max(2)),
        None => fields,
    }
}

/// Fields as a JSON object that [`Fields::from_json`] reads again: a list of texts under each name.
fn as_json(fields: &Fields) -> String {
    let values = |name: &str| fields.all(name).iter().filter(|value| !value.is_empty()).cloned().map(Value::String);
    let pairs = fields.names().map(|name| (name.to_owned(), Value::Array(values(name).collect())));
    Value::Object(pairs.collect::<Map<String, Value>>()).to_string()
}

/// Calls a template otherwise.
///
/// # Errors
/// `Invalid` at `name` where another template is called so; `NotFound` where it was taken away meanwhile.
pub async fn rename(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    template: &ActivityTemplate,
    name: &str,
) -> Result<()> {
    if template.name == name {
        return Ok(());
    }
    let renamed =
        sqlx::query("update activity_templates set name = $1 where id = $2 and center_id = $3 and retired_at is null")
            .bind(name)
            .bind(template.id)
            .bind(center.id())
            .execute(&mut *tx)
            .await
            .on_unique("activity_templates_name", taken)?;
    if renamed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("activity_template.renamed", template.id.0).at(center.id())).await
}

/// Takes a template away. What was begun with it stays; undone it is by keeping the activity once more.
///
/// # Errors
/// `NotFound` where it was taken away meanwhile.
pub async fn retire(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    template: &ActivityTemplate,
) -> Result<()> {
    let retired = sqlx::query(
        "update activity_templates set retired_at = $1 where id = $2 and center_id = $3 and retired_at is null",
    )
    .bind(now.0)
    .bind(template.id)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if retired.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("activity_template.retired", template.id.0).at(center.id())).await
}
