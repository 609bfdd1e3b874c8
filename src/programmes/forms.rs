//! Reading a programme, its rules, and for whom it holds.

use super::types::{ProgrammeRules, RequiredKinds, ScopeOf};
use crate::centers::{CenterId, CenterKind};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::ids::{ProgrammeScopeId, RoomKindId};

/// The largest area that can be asked for, in m².
const LARGEST: i64 = 100_000;

/// How far from today rules may begin and end: notices hold backwards, and for years.
const RULES: parse::Years = parse::Years { back: 20, ahead: 15 };

pub struct ProgrammeInput {
    pub name: String,
    pub name_en: String,
    pub source: String,
    /// Read when a programme is added; it stays.
    pub gives_rules: bool,
}

/// Fields `name name_en source gives_rules`.
pub fn programme(fields: &Fields) -> Result<ProgrammeInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(60));
    let name_en = read.required("name_en", parse::line(120));
    let source = read.required("source", parse::line(200));
    let gives_rules = read.flag("gives_rules");
    read.finish(|| Some(ProgrammeInput { name: name?, name_en: name_en?, source: source?, gives_rules }))
}

/// Fields `name name_en source` of one that is known.
pub fn revision(fields: &Fields) -> Result<ProgrammeInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(60));
    let name_en = read.required("name_en", parse::line(120));
    let source = read.required("source", parse::line(200));
    read.finish(|| Some(ProgrammeInput { name: name?, name_en: name_en?, source: source?, gives_rules: false }))
}

pub struct VersionInput {
    pub valid_from: Date,
    pub rules: ProgrammeRules,
    pub reason: String,
}

/// The word for the catalog's kinds, and for those of the list: field `kinds_by`.
pub const BY_CATALOG: &str = "catalog";
pub const BY_LIST: &str = "list";

/// Fields `valid_from area_m2 optional_percent reason`, `kinds_by` (`catalog` or `list`), and for a list each `kind`.
pub fn version(fields: &Fields, today: Date) -> Result<VersionInput> {
    let mut read = fields.read();
    let valid_from = read.required("valid_from", parse::day(today, RULES));
    let area_m2 = read.optional("area_m2", parse::integer(1..=LARGEST));
    let optional_percent = read.required("optional_percent", parse::integer(0..=100));
    let by_list = read.required("kinds_by", |word| match word {
        BY_CATALOG => Ok(false),
        BY_LIST => Ok(true),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    let listed = read.every("kind", parse::choice::<RoomKindId>);
    let reason = read.required("reason", parse::line(200));
    read.finish(|| {
        let kinds =
            if by_list? { RequiredKinds::Listed(listed?.into_iter().collect()) } else { RequiredKinds::Catalog };
        let rules = ProgrammeRules { area_m2: area_m2?, optional_percent: optional_percent?, kinds };
        Some(VersionInput { valid_from: valid_from?, rules, reason: reason? })
    })
}

/// What the form of a new version holds: the rules as they are.
pub fn as_fields(rules: &ProgrammeRules) -> Fields {
    let values = Fields::default()
        .with("area_m2", rules.area_m2.map(|area| area.to_string()).unwrap_or_default())
        .with("optional_percent", rules.optional_percent);
    match &rules.kinds {
        RequiredKinds::Catalog => values.with("kinds_by", BY_CATALOG),
        RequiredKinds::Listed(kinds) => {
            kinds.iter().fold(values.with("kinds_by", BY_LIST), |values, kind| values.with("kind", kind))
        }
    }
}

pub struct ScopeInput {
    pub whom: ScopeOf,
    pub from: Date,
    pub to: Option<Date>,
}

/// Fields `center` or `center_kind`, `from_date`, and `to_date` where the end is known.
pub fn scope(fields: &Fields, today: Date) -> Result<ScopeInput> {
    let mut read = fields.read();
    let center: Option<Option<CenterId>> = read.optional("center", parse::choice);
    let kind: Option<Option<CenterKind>> = read.optional("center_kind", parse::choice);
    let from = read.required("from_date", parse::day(today, RULES));
    let to = read.optional("to_date", parse::day(today, RULES));
    let whom = match (center, kind) {
        (Some(Some(center)), Some(None)) => Some(ScopeOf::Center(center)),
        (Some(None), Some(Some(kind))) => Some(ScopeOf::Kind(kind)),
        (Some(None), Some(None)) => read.fault("center", Fault::new("field.required")),
        (Some(Some(_)), Some(Some(_))) => read.fault("center_kind", Fault::new("field.center_or_kind")),
        _ => None,
    };
    if let (Some(from), Some(Some(to))) = (from, to)
        && to < from
    {
        read.fault::<()>("to_date", Fault::new("field.ends_before_start"));
    }
    read.finish(|| Some(ScopeInput { whom: whom?, from: from?, to: to? }))
}

/// The last day of a scope, under the name that the list gives the field: `ending.<id>` on the page, `ending` for programs.
pub fn ending(fields: &Fields, (name, from): (&str, Date), today: Date) -> Result<Date> {
    let mut read = fields.read();
    let last = read.required(name, parse::day(today, RULES));
    if let Some(last) = last
        && last < from
    {
        read.fault::<()>(name, Fault::new("field.ends_before_start"));
    }
    read.finish(|| last)
}

/// Why something is taken back, in the field `name`.
pub fn reason(fields: &Fields, name: &str) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}

/// The name of a field that stands at one of several scopes.
pub fn at_scope(what: &str, id: ProgrammeScopeId) -> String {
    super::types::ProgrammeScope::field_of(what, id)
}
