//! The main numbers of many parts at once, whatever they are: centers, towns, providers, the months of a year. A part is some
//! days of some centers, and somebody who came in several of them is one person in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::Reach;
use super::types::{Period, Tally};
use crate::centers::CenterId;
use crate::error::Result;
use crate::people::groups::PriorityGroup;
use crate::store::{self, Conn};

/// Days of a center that are counted together with others under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOf {
    /// What they are counted under: `center:4`, `town:石排镇`, `2026-03`.
    pub part: String,
    pub center: CenterId,
    pub period: Period,
}

/// The numbers of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct PartTally {
    #[sqlx(flatten)]
    pub tally: Tally,
    elderly: i64,
    disabled: i64,
    needy: i64,
    youth: i64,
    rest: i64,
}

impl PartTally {
    /// Persons of a group, or (`None`) of those who are in none. Groups overlap.
    pub fn persons(&self, group: Option<PriorityGroup>) -> i64 {
        match group {
            Some(PriorityGroup::Elderly) => self.elderly,
            Some(PriorityGroup::Disabled) => self.disabled,
            Some(PriorityGroup::Needy) => self.needy,
            Some(PriorityGroup::Youth) => self.youth,
            None => self.rest,
        }
    }
}

#[derive(sqlx::FromRow)]
struct PartRow {
    part: String,
    #[sqlx(flatten)]
    numbers: PartTally,
}

/// The numbers of each part by its name, counted as [`super::queries::tallies`] counts them. Only days that the reader may know
/// are counted; a part without any number is left out.
pub async fn parts(conn: &mut Conn, reach: &Reach, of: &[PartOf]) -> Result<BTreeMap<String, PartTally>> {
    let reached: BTreeSet<CenterId> = reach.ids().into_iter().collect();
    let spans = of
        .iter()
        .filter(|one| reached.contains(&one.center))
        .flat_map(|one| reach.days(one.center, one.period).into_iter().map(move |days| (one, days)));
    let asked = store::rows(
        spans,
        |(one, days)| json!({"part": one.part, "center": one.center, "from": days.from, "to": days.to}),
    );
    let rows: Vec<PartRow> = sqlx::query_as(COUNTED).bind(asked).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.part, row.numbers)).collect())
}

/// `$1` is the spans of the parts. A session counts where somebody came, as everywhere.
const COUNTED: &str = "
    with asked (part, center_id, from_date, to_date) as (
        select j.value ->> 'part', cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
        from json_each(cast($1 as json_text)) j),
    held as (
        select q.part, s.id from asked q cross join sessions s
        where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
          and s.status = 'completed'),
    came as (
        select h.part, count(*) as sessions from held h
        where exists (select 1 from attendances t where t.session_id = h.id and t.voided_at is null)
           or exists (select 1 from head_counts c where c.session_id = h.id and c.voided_at is null)
        group by h.part),
    named as (
        select h.part, count(*) as visits, count(distinct t.person_id) as persons,
               count(distinct case when t.elderly = 1 then t.person_id end) as elderly,
               count(distinct case when t.disabled = 1 then t.person_id end) as disabled,
               count(distinct case when t.needy = 1 then t.person_id end) as needy,
               count(distinct case when t.youth = 1 then t.person_id end) as youth,
               count(distinct case when t.elderly = 0 and t.disabled = 0 and t.needy = 0 and t.youth = 0
                                   then t.person_id end) as rest
        from held h join attendances t on t.session_id = h.id
        where t.part = 'participant' and t.voided_at is null group by h.part),
    unnamed as (
        select h.part, sum(c.heads) as heads from held h join head_counts c on c.session_id = h.id
        where c.voided_at is null group by h.part),
    helped as (
        select h.part, count(*) as visits, count(distinct t.person_id) as persons
        from held h join attendances t on t.session_id = h.id
        where t.part = 'volunteer' and t.voided_at is null group by h.part),
    loose as (
        select q.part, e.minutes from asked q cross join hours_entries e
        where e.session_id is null and e.center_id = q.center_id
          and e.served_on >= q.from_date and e.served_on < q.to_date),
    served as (
        select x.part, sum(x.minutes) as minutes from (
            select h.part, e.minutes from held h join hours_entries e on e.session_id = h.id
            union all
            select l.part, l.minutes from loose l) x
        group by x.part)
    select p.part,
           coalesce(came.sessions, 0) as sessions,
           cast(coalesce(named.visits, 0) + coalesce(unnamed.heads, 0) as bigint) as visits,
           cast(coalesce(unnamed.heads, 0) as bigint) as unnamed,
           coalesce(named.persons, 0) as persons,
           coalesce(helped.visits, 0) as volunteer_visits,
           coalesce(helped.persons, 0) as volunteers,
           cast(coalesce(served.minutes, 0) as bigint) as minutes,
           coalesce(named.elderly, 0) as elderly,
           coalesce(named.disabled, 0) as disabled,
           coalesce(named.needy, 0) as needy,
           coalesce(named.youth, 0) as youth,
           coalesce(named.rest, 0) as rest
    from (select part from held union select part from loose) p
    left join came on came.part = p.part
    left join named on named.part = p.part
    left join unnamed on unnamed.part = p.part
    left join helped on helped.part = p.part
    left join served on served.part = p.part";
