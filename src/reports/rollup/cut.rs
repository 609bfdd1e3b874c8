//! What of the city is rolled up, over which days, and how its centers are listed.

use std::cmp::Reverse;

use super::types::RollUpRow;
use crate::clock::Month;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::figures::Reported;
use crate::people::groups::PriorityGroup;
use crate::reports::periods::{self, ReportPeriod};
use crate::store::text_enum;
use crate::web::cut::NameSought;

text_enum!(
    /// Which column the centers stand in order of; numbers begin with the largest.
    RollUpOrder in "rollup_order" {
        Number = "number",
        Name = "name",
        Sessions = "sessions",
        Visits = "visits",
        Persons = "persons",
        Elderly = "elderly",
        Disabled = "disabled",
        Needy = "needy",
        Youth = "youth",
        Volunteers = "volunteers",
        Hours = "hours",
        Coverage = "coverage",
    }
);

/// How the roll-up is cut and put in order.
#[derive(Clone, Debug)]
pub struct RollUpCut {
    pub period: ReportPeriod,
    /// None: all that the reader reads.
    pub scope: Option<Reported>,
    wanted: NameSought,
    text: String,
    pub order: RollUpOrder,
}

/// A scope by its name.
pub fn code(scope: &Reported) -> String {
    match scope {
        Reported::Center(id) => format!("center:{id}"),
        Reported::Provider(id) => format!("provider:{id}"),
        Reported::Town(name) => format!("town:{name}"),
        Reported::City => "city".to_owned(),
    }
}

impl RollUpCut {
    /// A month of all that the reader reads: the latest that is told.
    pub fn usual(latest: Month) -> Self {
        Self {
            period: latest.into(),
            scope: None,
            wanted: NameSought::default(),
            text: String::new(),
            order: RollUpOrder::Number,
        }
    }

    /// Fields `scope period from to q sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields, latest: Month) -> Result<Self> {
        let usual = Self::usual(latest);
        let period = periods::asked(fields)?.unwrap_or(usual.period);
        let mut read = fields.read();
        let scope = read.optional("scope", parse::choice::<Reported>);
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        let text = fields.get("q").to_owned();
        read.finish(|| Some(Self { period, scope: scope?, wanted, text, order: order?.unwrap_or(usual.order) }))
    }

    /// The text that names are looked through for.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The centers that it leaves, in its order. The totals are of all of them.
    pub fn of(&self, mut rows: Vec<RollUpRow>) -> Vec<RollUpRow> {
        rows.retain(|row| self.wanted.is_in([row.name.as_str(), row.note.as_str()]));
        self.sorted(rows)
    }

    /// All of them, in its order.
    pub fn sorted(&self, mut rows: Vec<RollUpRow>) -> Vec<RollUpRow> {
        let largest = |rows: &mut Vec<RollUpRow>, number: &dyn Fn(&RollUpRow) -> i64| {
            rows.sort_by_key(|row| Reverse(number(row)));
        };
        let group = |group| move |row: &RollUpRow| row.persons(Some(group));
        match self.order {
            RollUpOrder::Number => {}
            RollUpOrder::Name => rows.sort_by(|a, b| a.name.cmp(&b.name)),
            RollUpOrder::Sessions => largest(&mut rows, &|row| row.tally.sessions),
            RollUpOrder::Visits => largest(&mut rows, &|row| row.tally.visits),
            RollUpOrder::Persons => largest(&mut rows, &|row| row.tally.persons),
            RollUpOrder::Elderly => largest(&mut rows, &group(PriorityGroup::Elderly)),
            RollUpOrder::Disabled => largest(&mut rows, &group(PriorityGroup::Disabled)),
            RollUpOrder::Needy => largest(&mut rows, &group(PriorityGroup::Needy)),
            RollUpOrder::Youth => largest(&mut rows, &group(PriorityGroup::Youth)),
            RollUpOrder::Volunteers => largest(&mut rows, &|row| row.tally.volunteers),
            RollUpOrder::Hours => largest(&mut rows, &|row| row.tally.minutes),
            RollUpOrder::Coverage => largest(&mut rows, &RollUpRow::reached),
        }
        rows
    }

    /// What was asked for, as it stands in an address and in a form.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let scope = self.scope.as_ref().map(code).unwrap_or_default();
        let order = if self.order == RollUpOrder::Number { String::new() } else { self.order.to_string() };
        [("period", self.period.to_string()), ("scope", scope), ("q", self.text.clone()), ("sort", order)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    /// The address of the same with another value in one field; an empty one leaves it out.
    pub fn with(&self, name: &'static str, value: &str) -> String {
        let mut fields = self.fields();
        fields.retain(|(field, _)| *field != name);
        if !value.is_empty() {
            fields.push((name, value.to_owned()));
        }
        let mut query = form_urlencoded::Serializer::for_suffix(String::from("/reports?"), "/reports?".len());
        query.extend_pairs(fields);
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_changes_one_thing_and_keeps_the_rest() {
        let cut = RollUpCut {
            scope: Some(Reported::Town("A&B".into())),
            order: RollUpOrder::Visits,
            ..RollUpCut::usual(Month::parse("2026-03").unwrap())
        };
        assert_eq!(cut.with("period", "2026-Q1"), "/reports?scope=town%3AA%26B&sort=visits&period=2026-Q1");
        assert_eq!(cut.with("scope", ""), "/reports?period=2026-03&sort=visits");
        assert_eq!(
            RollUpCut::usual(Month::parse("2026-03").unwrap()).with("sort", "name"),
            "/reports?period=2026-03&sort=name"
        );
    }

    #[test]
    fn scopes_are_called_as_they_are_read() {
        for name in ["center:4", "provider:2", "town:石排镇", "city"] {
            assert_eq!(code(&name.parse().unwrap()), name);
        }
    }
}
