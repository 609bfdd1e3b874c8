//! One list of all that a report says in numbers (DESIGN section 5). Page, print, CSV, workbook and API read this list and
//! nothing else: a new number is a measure here, and a line in [`figures`].

use std::collections::{BTreeMap, BTreeSet};

use super::counted::Filter;
use super::masking::Telling;
use super::types::{KindName, Numbers};
use crate::centers::CenterId;
use crate::people::groups::PriorityGroup;
use crate::store::text_enum;
use crate::web::Lang;

text_enum!(
    /// What a figure belongs to: a report's chapter, and the first column of its table file.
    Section in "csv" {
        Total = "total",
        Population = "population",
        Groups = "group",
        Subgroups = "subgroup",
        Kinds = "service_kind",
        Volunteers = "volunteers",
        Teams = "team_kind",
        Workers = "worker",
        /// The same by kind of service.
        WorkerKinds = "worker_kind",
        Rooms = "room_use",
        /// Of the community.
        Units = "units",
        Completeness = "completeness",
    }
);

text_enum!(
    /// What is counted.
    Measure in "figure" {
        Sessions = "sessions",
        /// Named and unnamed.
        Visits = "visits",
        /// Heads without a name, which are among the visits.
        Unnamed = "unnamed",
        /// Different people among the named visits.
        Persons = "persons",
        VolunteerVisits = "volunteer_visits",
        Volunteers = "volunteers",
        /// Confirmed volunteer service.
        Minutes = "minutes",
        LedSessions = "led_sessions",
        /// From beginning to end as planned.
        LedMinutes = "led_minutes",
        /// Setting up and cleaning included.
        BookedMinutes = "booked_minutes",
        OpenMinutes = "open_minutes",
        UnitsServed = "units_served",
        UnitsHelping = "units_helping",
        UnitsLending = "units_lending_place",
        /// Community organizations that were founded with support.
        Founded = "organizations_founded",
        Registered = "registered_population",
        /// The second number of the annex, whatever it counts.
        Second = "second_population",
        OpenSessions = "open_sessions",
        UnconfirmedHours = "unconfirmed_hours",
        PendingClaims = "pending_claims",
        WithoutBirthDate = "without_birth_date",
    }
);

text_enum!(
    FigureUnit in "unit" {
        Sessions = "sessions",
        Visits = "visits",
        Persons = "persons",
        Minutes = "minutes",
        Units = "units",
    }
);

text_enum!(
    /// A column of the table file, which takes several measures that never stand in one row.
    FileColumn in "csv" {
        Sessions = "sessions",
        Visits = "visits",
        Persons = "persons",
        Minutes = "minutes",
        OpenMinutes = "open_minutes",
        Unnamed = "unnamed",
        /// What is like no other number.
        Number = "number",
    }
);

impl Measure {
    pub fn unit(self) -> FigureUnit {
        match self {
            Self::Sessions | Self::LedSessions | Self::OpenSessions => FigureUnit::Sessions,
            Self::Visits | Self::Unnamed | Self::VolunteerVisits | Self::UnconfirmedHours | Self::PendingClaims => {
                FigureUnit::Visits
            }
            Self::Persons | Self::Volunteers | Self::Registered | Self::Second | Self::WithoutBirthDate => {
                FigureUnit::Persons
            }
            Self::UnitsServed | Self::UnitsHelping | Self::UnitsLending | Self::Founded => FigureUnit::Units,
            Self::Minutes | Self::LedMinutes | Self::BookedMinutes | Self::OpenMinutes => FigureUnit::Minutes,
        }
    }

    pub fn column(self) -> FileColumn {
        match self {
            Self::Sessions | Self::LedSessions => FileColumn::Sessions,
            Self::Visits | Self::VolunteerVisits => FileColumn::Visits,
            Self::Persons | Self::Volunteers => FileColumn::Persons,
            Self::Minutes | Self::LedMinutes | Self::BookedMinutes => FileColumn::Minutes,
            Self::OpenMinutes => FileColumn::OpenMinutes,
            Self::Unnamed => FileColumn::Unnamed,
            Self::UnitsServed | Self::UnitsHelping | Self::UnitsLending | Self::Founded => FileColumn::Number,
            Self::Registered
            | Self::Second
            | Self::OpenSessions
            | Self::UnconfirmedHours
            | Self::PendingClaims
            | Self::WithoutBirthDate => FileColumn::Number,
        }
    }
}

/// Whose number it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Of all that is reported on.
    Whole,
    /// Of all, too, and called by this key.
    Called(&'static str),
    /// One priority group, or those who are in none.
    Group(Option<PriorityGroup>),
    Subgroup(KindName),
    Kind(KindName),
    /// A kind of team, or those who served in no team.
    Team(Option<KindName>),
    Worker {
        id: i64,
        name: String,
    },
    /// What a worker led of one kind.
    WorkerKind {
        id: i64,
        name: String,
        kind: KindName,
    },
    Room {
        id: i64,
        center: CenterId,
        name: String,
    },
}

impl Item {
    /// What a figure's key says after the measure.
    fn code(&self) -> Option<String> {
        Some(match self {
            Self::Whole | Self::Called(_) => return None,
            Self::Group(group) => group.map_or("none", PriorityGroup::code).to_owned(),
            Self::Subgroup(kind) => format!("subgroup.{}", kind.code),
            Self::Kind(kind) => format!("kind.{}", kind.code),
            Self::Team(kind) => format!("team.{}", kind.as_ref().map_or("none", |kind| &kind.code)),
            Self::Worker { id, .. } => format!("worker.{id}"),
            Self::WorkerKind { id, kind, .. } => format!("worker.{id}.kind.{}", kind.code),
            Self::Room { id, .. } => format!("room.{id}"),
        })
    }

    /// Empty for the whole.
    pub fn label(&self, lang: Lang) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Called(key) => lang.text(key),
            Self::Group(group) => lang.text(group.map_or("reports.rest", PriorityGroup::key)),
            Self::Subgroup(kind) | Self::Kind(kind) | Self::Team(Some(kind)) => {
                lang.pick(&kind.name, &kind.name_en).to_owned()
            }
            Self::Team(None) => lang.text("reports.no_team"),
            Self::Worker { name, .. } | Self::Room { name, .. } => name.clone(),
            Self::WorkerKind { name, kind, .. } => format!("{name} · {}", lang.pick(&kind.name, &kind.name_en)),
        }
    }

    pub fn center(&self) -> Option<CenterId> {
        match self {
            Self::Room { center, .. } => Some(*center),
            _ => None,
        }
    }
}

/// A number of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub section: Section,
    pub item: Item,
    pub measure: Measure,
    /// What may be told of it: all, the parts of it that are told, or nothing.
    pub value: i64,
    pub told: Telling,
}

impl Figure {
    /// The number itself; none where it is hidden, or some of it.
    pub fn shown(&self) -> Option<i64> {
        (self.told == Telling::Exactly).then_some(self.value)
    }

    /// So much it is at least, where that is all that is told.
    pub fn at_least(&self) -> Option<i64> {
        (self.told == Telling::AtLeast).then_some(self.value)
    }

    /// Its lasting name: `visits`, `persons.elderly`, `minutes.team.medical`.
    pub fn key(&self) -> String {
        let measure = self.measure.code();
        self.item.code().map_or_else(|| measure.to_owned(), |item| format!("{measure}.{item}"))
    }
}

/// The key of the sentence that says what is counted.
fn definition((section, measure): (Section, Measure)) -> Option<&'static str> {
    Some(match (section, measure) {
        (Section::Groups | Section::Subgroups, _) => "reports.note_groups",
        (_, Measure::Sessions | Measure::LedSessions | Measure::LedMinutes | Measure::OpenSessions) => {
            "reports.note_sessions"
        }
        (_, Measure::Visits | Measure::Unnamed | Measure::VolunteerVisits) => "reports.note_visits",
        (_, Measure::Persons | Measure::Volunteers) => "reports.note_persons",
        (_, Measure::Minutes | Measure::UnconfirmedHours | Measure::PendingClaims) => "reports.note_hours",
        (_, Measure::BookedMinutes | Measure::OpenMinutes) => "reports.note_rooms",
        (_, Measure::UnitsServed | Measure::UnitsHelping | Measure::UnitsLending | Measure::Founded) => {
            "reports.note_units"
        }
        (_, Measure::Registered | Measure::Second | Measure::WithoutBirthDate) => return None,
    })
}

/// What the figures of one item are counted of, where small cells are hidden.
fn filter(item: &Item, bits: &BTreeMap<i64, i64>) -> Option<Filter> {
    Some(match item {
        Item::Whole | Item::Called(_) => Filter::Whole,
        Item::Group(group) => Filter::Group(*group),
        Item::Subgroup(subgroup) => Filter::Subgroup(*bits.get(&subgroup.id)?),
        Item::Kind(kind) => Filter::Kind(kind.id),
        Item::Team(kind) => Filter::TeamKind(kind.as_ref().map(|kind| kind.id)),
        Item::Worker { .. } | Item::WorkerKind { .. } | Item::Room { .. } => return None,
    })
}

/// Every figure of `numbers`, chapter by chapter.
pub fn figures(numbers: &Numbers) -> Vec<Figure> {
    let mut list = Vec::new();
    let bits: BTreeMap<i64, i64> = numbers.subgroups.iter().map(|row| (row.subgroup.id, row.bit)).collect();
    let mut add = |section, item: Item, values: &[(Measure, i64)]| {
        let of = filter(&item, &bits);
        let figure = |(measure, value): &(Measure, i64)| {
            let (measure, value) = (*measure, *value);
            let told = of.as_ref().map_or(Telling::Exactly, |of| numbers.told(measure, of));
            Figure { section, item: item.clone(), measure, value, told }
        };
        list.extend(values.iter().map(figure));
    };
    participants(numbers, &mut add);
    service(numbers, &mut add);
    list
}

type Add<'a> = &'a mut dyn FnMut(Section, Item, &[(Measure, i64)]);

fn participants(numbers: &Numbers, add: Add<'_>) {
    use Measure as M;
    let (total, people) = (&numbers.total, numbers.population);
    add(
        Section::Total,
        Item::Whole,
        &[
            (M::Sessions, total.sessions),
            (M::Visits, total.visits),
            (M::Unnamed, total.unnamed),
            (M::Persons, total.persons),
        ],
    );
    add(Section::Population, Item::Called(M::Registered.key()), &[(M::Registered, people.registered)]);
    add(Section::Population, Item::Called(people.second_key()), &[(M::Second, people.second)]);
    for row in &numbers.groups {
        add(Section::Groups, Item::Group(row.group), &[(M::Visits, row.visits), (M::Persons, row.persons)]);
    }
    for row in &numbers.subgroups {
        let values = [(M::Visits, row.visits), (M::Persons, row.persons)];
        add(Section::Subgroups, Item::Subgroup(row.subgroup.clone()), &values);
    }
    for row in &numbers.kinds {
        let values = [(M::Sessions, row.sessions), (M::Visits, row.visits), (M::Persons, row.persons)];
        add(Section::Kinds, Item::Kind(row.kind.clone()), &values);
    }
}

fn service(numbers: &Numbers, add: Add<'_>) {
    use Measure as M;
    let total = &numbers.total;
    let served =
        |visits, persons, minutes| [(M::VolunteerVisits, visits), (M::Volunteers, persons), (M::Minutes, minutes)];
    add(Section::Volunteers, Item::Whole, &served(total.volunteer_visits, total.volunteers, total.minutes));
    for row in &numbers.teams {
        add(Section::Teams, Item::Team(row.kind.clone()), &served(row.visits, row.persons, row.minutes));
    }
    for row in &numbers.led {
        let item = Item::Worker { id: row.worker_id, name: row.name.clone() };
        add(Section::Workers, item, &[(M::LedSessions, row.sessions), (M::LedMinutes, row.minutes)]);
    }
    for row in &numbers.led {
        for of in &row.kinds {
            let item = Item::WorkerKind { id: row.worker_id, name: row.name.clone(), kind: of.kind.clone() };
            add(Section::WorkerKinds, item, &[(M::LedSessions, of.sessions), (M::LedMinutes, of.minutes)]);
        }
    }
    for row in &numbers.rooms {
        let item = Item::Room { id: row.room_id.0, center: row.center_id, name: row.name.clone() };
        add(Section::Rooms, item, &[(M::BookedMinutes, row.booked_minutes), (M::OpenMinutes, row.open_minutes)]);
    }
    let units = numbers.units;
    for (measure, value) in [
        (M::UnitsServed, units.served),
        (M::UnitsHelping, units.helping),
        (M::UnitsLending, units.lending),
        (M::Founded, units.founded),
    ] {
        add(Section::Units, Item::Called(measure.key()), &[(measure, value)]);
    }
    let missing = &numbers.completeness;
    for (measure, value) in [
        (M::OpenSessions, missing.open_sessions),
        (M::UnconfirmedHours, missing.unconfirmed_hours),
        (M::PendingClaims, missing.pending_claims),
        (M::WithoutBirthDate, missing.without_birth_date),
    ] {
        add(Section::Completeness, Item::Called(measure.key()), &[(measure, value)]);
    }
}

/// The keys of the sentences that say how these figures are counted, each once.
pub fn definitions(figures: &[Figure]) -> Vec<&'static str> {
    definitions_of(figures.iter().map(|figure| (figure.section, figure.measure)))
}

/// The same of what is known by its section and measure.
pub fn definitions_of(figures: impl Iterator<Item = (Section, Measure)>) -> Vec<&'static str> {
    let mut said = BTreeSet::new();
    figures.filter_map(definition).filter(|key| said.insert(*key)).collect()
}

/// The figures that belong together: of one section and one item.
pub fn rows(figures: &[Figure]) -> impl Iterator<Item = &[Figure]> {
    figures.chunk_by(|a, b| a.section == b.section && a.item == b.item)
}

/// A section as a table: an item a row, a measure a column.
pub struct Grid {
    pub measures: Vec<Measure>,
    pub rows: Vec<(Item, Vec<Figure>)>,
    /// The same measures of the whole, where a section has them. Persons are counted once there, so the rows may add up to
    /// more.
    pub total: Option<Vec<Figure>>,
}

pub fn grid(figures: &[Figure], section: Section) -> Grid {
    let of = |section| rows(figures).filter(move |row| row[0].section == section);
    let measures: Vec<Measure> =
        of(section).next().map_or_else(Vec::new, |row| row.iter().map(|f| f.measure).collect());
    let whole = match section {
        Section::Groups | Section::Kinds => Some(Section::Total),
        Section::Teams => Some(Section::Volunteers),
        _ => None,
    };
    let total = whole
        .and_then(|whole| of(whole).next())
        .map(|row| row.iter().filter(|figure| measures.contains(&figure.measure)).cloned().collect());
    Grid { rows: of(section).map(|row| (row[0].item.clone(), row.to_vec())).collect(), measures, total }
}
