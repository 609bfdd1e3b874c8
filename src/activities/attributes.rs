//! What an activity offers besides its time and place: whom it is for, which of the notice's three services it is, what is
//! needed for it, and what it costs.

use std::collections::BTreeMap;

use serde_json::json;

use super::title::PUBLISHED;
use super::types::ActivityId;
use crate::error::Result;
use crate::fields::{Fields, Reader, parse};
use crate::ids::FileId;
use crate::people::groups::PriorityGroup;
use crate::store::{Conn, rows, text_enum};
use crate::web::Lang;
use crate::web::text::Named;

text_enum!(
    /// Which of the notice's three services an activity is: 公共服务, 志愿服务, 便民利民服务.
    ServiceLine in "service_line" { Public = "public", Volunteer = "volunteer", Convenience = "convenience" }
);

/// The most that an activity costs a resident, in yuan. More is a slip.
const MOST_YUAN: i64 = 9_999;

/// Whom an activity is for: everybody, or one of the priority groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Everybody,
    Group(PriorityGroup),
}

impl Target {
    /// All there are, everybody first.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Everybody).chain(PriorityGroup::ALL.iter().copied().map(Self::Group))
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Group(group) => group.code(),
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Everybody => "activities.everybody",
            Self::Group(group) => group.key(),
        }
    }

    /// Its bit in `activities.target_groups`.
    pub(super) fn bit(self) -> i64 {
        let place = Self::all().position(|one| one == self).unwrap_or_default();
        1 << place
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all().find(|one| one.code() == text).ok_or_else(|| format!("nobody is called {text:?}"))
    }
}

/// Several of those whom activities are for: a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct TargetGroups(i64);

impl TargetGroups {
    pub fn of(targets: impl IntoIterator<Item = Target>) -> Self {
        Self(targets.into_iter().fold(0, |bits, target| bits | target.bit()))
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn list(self) -> impl Iterator<Item = Target> {
        Target::all().filter(move |target| self.0 & target.bit() != 0)
    }

    /// `长者、残疾人`.
    pub fn words(self, lang: Lang) -> String {
        let names: Vec<String> = self.list().map(|target| lang.text(target.key())).collect();
        names.join(lang.pick("、", ", "))
    }
}

/// What an activity offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Attributes {
    #[sqlx(rename = "target_groups")]
    pub groups: TargetGroups,
    #[sqlx(rename = "service_line")]
    pub line: Option<ServiceLine>,
    /// What is needed for it; for who prepares it, not for the public.
    pub materials: Option<String>,
    /// What a resident pays, in whole yuan. 0 is free of charge.
    #[sqlx(rename = "cost_yuan")]
    pub cost: Option<i64>,
}

impl Attributes {
    /// Whether anything of it is said that residents ask for.
    pub fn is_told(&self) -> bool {
        !self.groups.is_empty() || self.cost.is_some()
    }

    /// Whom it is for and what it costs, on one line.
    pub fn offer(&self) -> OfferWords {
        OfferWords { zh: self.offer_in(Lang::Zh), en: self.offer_in(Lang::En) }
    }

    fn offer_in(&self, lang: Lang) -> String {
        let groups = Some(self.groups.words(lang)).filter(|words| !words.is_empty());
        let parts: Vec<String> = groups.into_iter().chain(self.cost.map(|cost| cost_words(cost, lang))).collect();
        parts.join(" · ")
    }

    /// As the form of an activity holds it.
    pub fn fill(&self, mut fields: Fields) -> Fields {
        for target in self.groups.list() {
            fields.add("groups", target.code());
        }
        fields
            .with("line", self.line.map(ServiceLine::code).unwrap_or_default())
            .with("materials", self.materials.as_deref().unwrap_or_default())
            .with("cost", self.cost.map(|cost| cost.to_string()).unwrap_or_default())
    }
}

/// `免费`, `5 元`.
fn cost_words(yuan: i64, lang: Lang) -> String {
    match yuan {
        0 => lang.text("activities.free"),
        yuan => lang.with("activities.yuan", [("n", yuan.to_string())]),
    }
}

/// What an activity offers residents, in both languages.
pub struct OfferWords {
    zh: String,
    en: String,
}

impl Named for OfferWords {
    fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// Fields `groups` (several), `line`, `materials` and `cost`.
pub(super) fn read(read: &mut Reader<'_>) -> Option<Attributes> {
    let groups: Option<Vec<Target>> = read.every("groups", parse::choice);
    let line = read.optional("line", parse::choice);
    let materials = read.optional("materials", parse::text(500));
    let cost = read.optional("cost", parse::integer(0..=MOST_YUAN));
    Some(Attributes { groups: TargetGroups::of(groups?), line: line?, materials: materials?, cost: cost? })
}

#[derive(sqlx::FromRow)]
struct OfferRow {
    id: ActivityId,
    picture_file_id: Option<FileId>,
    #[sqlx(flatten)]
    attributes: Attributes,
}

/// What is offered by those of these activities of which the public learns, with their pictures.
pub async fn published(
    conn: &mut Conn,
    activities: impl IntoIterator<Item = ActivityId>,
) -> Result<BTreeMap<ActivityId, (Attributes, Option<FileId>)>> {
    let sql = format!(
        "select a.id, a.target_groups, a.service_line, cast(null as text) as materials, a.cost_yuan, a.picture_file_id
         from activities a join service_kinds k on k.id = a.kind_id
         where {PUBLISHED} and a.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)"
    );
    let found: Vec<OfferRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(rows(activities, |id| json!(id))).fetch_all(conn).await?;
    Ok(found.into_iter().map(|row| (row.id, (row.attributes, row.picture_file_id))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_is_a_bit_of_its_own() {
        let all = TargetGroups::of(Target::all());
        assert_eq!(all, TargetGroups(31));
        let some = TargetGroups::of([Target::Group(PriorityGroup::Youth), Target::Everybody]);
        assert_eq!(some.list().map(Target::code).collect::<Vec<_>>(), ["everybody", "youth"]);
        assert_eq!("needy".parse(), Ok(Target::Group(PriorityGroup::Needy)));
        assert!("nobody".parse::<Target>().is_err());
    }

    #[test]
    fn what_costs_nothing_is_said_to_be_free() {
        let offer = |cost| Attributes { cost, ..Attributes::default() }.offer();
        assert_eq!(offer(Some(0)).in_lang(Lang::Zh), "免费");
        assert_eq!(offer(Some(5)).in_lang(Lang::Zh), "5 元");
        assert_eq!(offer(None).in_lang(Lang::Zh), "");
    }
}
