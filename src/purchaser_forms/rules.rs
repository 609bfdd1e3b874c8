//! Which value goes by which key: the one list of figures, and a few words about what they are of.

use std::collections::BTreeSet;

use super::types::{CheckedNames, FormKey};
use crate::figures::{Figure, FigureUnit, Item, Measure, Section, Telling, hours};
use crate::periodic_reports::document::FrozenFigure;
use crate::sheets::{Entered, FormName, FormValues};
use crate::web::Lang;
use crate::web::filters::thousands;

/// What the figures are of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormSubject {
    /// The center's name, or the names of several.
    pub center: String,
    /// As an office writes it: `2026年3月`.
    pub period: String,
    /// The first day and the last.
    pub from: String,
    pub to: String,
    pub purchaser: String,
    pub provider: String,
}

impl FormSubject {
    /// The words by their keys, and the text's key of what each says.
    fn words(&self) -> [(&'static str, &'static str, &str); 6] {
        [
            ("center", "purchaser_forms.key_center", &self.center),
            ("period", "purchaser_forms.key_period", &self.period),
            ("from", "purchaser_forms.key_from", &self.from),
            ("to", "purchaser_forms.key_to", &self.to),
            ("purchaser", "purchaser_forms.key_purchaser", &self.purchaser),
            ("provider", "purchaser_forms.key_provider", &self.provider),
        ]
    }

    /// What stands in a form before there is any number.
    pub fn values(&self) -> FormValues {
        self.words()
            .into_iter()
            .fold(FormValues::default(), |values, (key, _, text)| values.with(key, Entered::Text(text.to_owned())))
    }
}

/// A number that goes by a key, as far as the purchaser is told it.
pub struct FormNumber {
    key: String,
    section: Section,
    unit: FigureUnit,
    value: i64,
    told: Telling,
}

impl From<&Figure> for FormNumber {
    fn from(figure: &Figure) -> Self {
        let (key, unit) = (figure.key(), figure.measure.unit());
        Self { key, section: figure.section, unit, value: figure.value, told: figure.told }
    }
}

/// As a version has it.
impl From<&FrozenFigure> for FormNumber {
    fn from(figure: &FrozenFigure) -> Self {
        let told = match (figure.value, figure.at_least) {
            (None, _) => Telling::Hidden,
            (Some(_), true) => Telling::AtLeast,
            (Some(_), false) => Telling::Exactly,
        };
        let (key, unit) = (figure.key.clone(), figure.unit);
        Self { key, section: figure.section, unit, value: figure.value.unwrap_or(0), told }
    }
}

impl FormNumber {
    /// Whether it goes into a form, which is the purchaser's.
    fn goes_out(&self) -> bool {
        !matches!(self.section, Section::Workers | Section::WorkerKinds | Section::Subgroups)
    }

    /// The key under which minutes stand as hours: `hours.team.medical`, `booked_hours.room.3`.
    fn in_hours(&self) -> Option<String> {
        (self.unit == FigureUnit::Minutes).then(|| self.key.replacen("minutes", "hours", 1))
    }
}

/// What a form is filled with: hours are hours, and everything else as it is counted. Counts and minutes are far below the whole
/// numbers that a spreadsheet knows exactly. What the purchaser is not told stands as words: a formula that goes on calculating with it
/// says so, instead of taking it for nothing.
pub fn values<'a, F>(about: &FormSubject, figures: &'a [F], lang: Lang) -> FormValues
where
    FormNumber: From<&'a F>,
{
    let mut values = about.values();
    for number in figures.iter().map(FormNumber::from).filter(FormNumber::goes_out) {
        let entered = |shown: f64, read: fn(i64) -> String| match number.told {
            Telling::Exactly => Entered::Number(shown),
            Telling::AtLeast => Entered::Text(lang.with("small_cells.at_least", [("n", read(number.value))])),
            Telling::Hidden => Entered::Text(lang.text("small_cells.mark")),
        };
        values.put(&number.key, entered(number.value as f64, thousands));
        if let Some(key) = number.in_hours() {
            values.put(&key, entered(number.value as f64 / 60.0, hours));
        }
    }
    values
}

/// What of the figures a form asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormWants {
    /// In any of its cells.
    pub sections: BTreeSet<Section>,
    /// Whether single cells ask for any: of several centers these are all together.
    pub totals: bool,
}

impl FormWants {
    pub fn of(names: &[FormName]) -> Self {
        let sections = names.iter().filter_map(|name| section(&name.key)).collect();
        let totals = names.iter().any(|name| !name.is_a_list() && section(&name.key).is_some());
        Self { sections, totals }
    }
}

/// In which section a number stands that goes by this key; none of what is no number, or none of a form's.
fn section(key: &str) -> Option<Section> {
    use Measure as M;
    let (measure, item) = key.split_once('.').unwrap_or((key, ""));
    // Minutes, as hours.
    let measure = measure.parse::<M>().or_else(|_| measure.replacen("hours", "minutes", 1).parse()).ok()?;
    match item.split_once('.').map_or(item, |(kind, _)| kind) {
        "kind" => return Some(Section::Kinds),
        "team" => return Some(Section::Teams),
        _ => {}
    }
    Some(match measure {
        M::Visits | M::Persons if !item.is_empty() => Section::Groups,
        M::Sessions | M::Visits | M::Unnamed | M::Persons => Section::Total,
        M::Registered | M::Second => Section::Population,
        M::VolunteerVisits | M::Volunteers | M::Minutes => Section::Volunteers,
        M::BookedMinutes | M::OpenMinutes => Section::Rooms,
        M::UnitsServed | M::UnitsHelping | M::UnitsLending | M::Founded => Section::Units,
        M::OpenSessions | M::UnconfirmedHours | M::PendingClaims | M::WithoutBirthDate => Section::Completeness,
        M::LedSessions | M::LedMinutes => return None,
    })
}

/// What a number says: the measure, and what it is of.
fn meaning(figure: &Figure, lang: Lang) -> String {
    let measure = lang.text(figure.measure.key());
    match &figure.item {
        Item::Whole => measure,
        Item::Called(key) => lang.text(key),
        item => format!("{}{}{measure}", item.label(lang), lang.text("list.colon")),
    }
}

/// Every key that a form may have, in the order of the figures; those of rooms are each center's own, and have their numbers.
pub fn known(figures: &[Figure], lang: Lang) -> Vec<FormKey> {
    let about = FormSubject::default();
    let words = about.words().map(|(key, says, _)| FormKey { key: format!("linli.{key}"), meaning: lang.text(says) });
    let numbers = figures.iter().map(|figure| (figure, FormNumber::from(figure)));
    let numbers = numbers.filter(|(_, number)| number.goes_out() && number.section != Section::Rooms).flat_map(
        |(figure, number)| {
            let said = meaning(figure, lang);
            let hours = number.in_hours().map(|key| FormKey {
                key: format!("linli.{key}"),
                meaning: lang.with("purchaser_forms.in_hours", [("n", said.clone())]),
            });
            let unit = lang.text(number.unit.key());
            let plain = FormKey {
                key: format!("linli.{}", number.key),
                meaning: lang.with("purchaser_forms.in_unit", [("n", said.clone()), ("unit", unit)]),
            };
            std::iter::once(plain).chain(hours)
        },
    );
    words.into_iter().chain(numbers).collect()
}

/// Which of a form's names are among the keys.
pub fn check(names: Vec<FormName>, known: &[FormKey], lang: Lang) -> CheckedNames {
    let mut checked = CheckedNames::default();
    for name in names {
        let is_it = |known: &&FormKey| known.key.to_lowercase() == format!("linli.{}", name.key);
        match known.iter().find(is_it) {
            Some(found) => checked.known.push((name, found.meaning.clone())),
            None if is_of_a_room(&name.key) => checked.known.push((name, lang.text("purchaser_forms.of_a_room"))),
            None => checked.unknown.push(name),
        }
    }
    checked
}

/// `booked_minutes.room.3`, `open_hours.room.3`.
fn is_of_a_room(key: &str) -> bool {
    const MEASURES: [&str; 4] = ["booked_minutes", "booked_hours", "open_minutes", "open_hours"];
    key.split_once(".room.").is_some_and(|(measure, room)| MEASURES.contains(&measure) && room.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::KindName;
    use crate::people::groups::PriorityGroup;

    fn figure(section: Section, item: Item, measure: Measure, value: i64) -> Figure {
        Figure { section, item, measure, value, told: Telling::Exactly }
    }

    fn kind(code: &str) -> KindName {
        KindName { id: 1, code: code.into(), name: "医疗".into(), name_en: "Medical".into() }
    }

    #[test]
    fn numbers_go_by_their_keys_and_minutes_also_as_hours() {
        let figures = [
            figure(Section::Total, Item::Whole, Measure::Visits, 345),
            figure(Section::Groups, Item::Group(Some(PriorityGroup::Elderly)), Measure::Persons, 12),
            figure(Section::Volunteers, Item::Whole, Measure::Minutes, 90),
            figure(Section::Teams, Item::Team(Some(kind("medical"))), Measure::Minutes, 45),
            figure(Section::Workers, Item::Worker { id: 7, name: "安".into() }, Measure::LedSessions, 3),
            figure(Section::Subgroups, Item::Subgroup(kind("alone")), Measure::Persons, 1),
        ];
        let values = values(&FormSubject { center: "罗沙".into(), ..FormSubject::default() }, &figures, Lang::Zh);
        let number = |key: &str| match values.get(key) {
            Some(Entered::Number(number)) => Some(*number),
            _ => None,
        };
        assert_eq!((number("visits"), number("persons.elderly")), (Some(345.0), Some(12.0)));
        assert_eq!((number("minutes"), number("hours")), (Some(90.0), Some(1.5)));
        assert_eq!(number("hours.team.medical"), Some(0.75));
        assert_eq!((number("led_sessions.worker.7"), number("persons.subgroup.alone")), (None, None));
        assert_eq!(values.get("center"), Some(&Entered::Text("罗沙".into())));
    }

    #[test]
    fn what_the_purchaser_is_not_told_is_no_number() {
        let whole = |measure, value, told| Figure { told, ..figure(Section::Total, Item::Whole, measure, value) };
        let figures = [
            whole(Measure::Persons, 0, Telling::Hidden),
            whole(Measure::Visits, 1_200, Telling::AtLeast),
            whole(Measure::Minutes, 90, Telling::AtLeast),
        ];
        let values = values(&FormSubject::default(), &figures, Lang::Zh);
        let text = |text: &str| Some(Entered::Text(text.to_owned()));
        let found = ["persons", "visits", "minutes", "hours"].map(|key| values.get(key).cloned());
        assert_eq!(found, [text("＊"), text("≥ 1,200"), text("≥ 90"), text("≥ 1.5")]);
    }

    #[test]
    fn a_key_asks_for_the_section_in_which_its_figure_stands() {
        use Measure as M;
        use Section as S;
        let group = || Item::Group(Some(PriorityGroup::Elderly));
        let room = || Item::Room { id: 3, center: crate::centers::CenterId(1), name: "厅".into() };
        let of_all = |section, measures: &[Measure]| -> Vec<Figure> {
            measures.iter().map(|measure| figure(section, Item::Whole, *measure, 1)).collect()
        };
        let mut figures = of_all(S::Total, &[M::Sessions, M::Visits, M::Unnamed, M::Persons]);
        figures.extend(of_all(S::Population, &[M::Registered, M::Second]));
        figures.extend(of_all(S::Volunteers, &[M::VolunteerVisits, M::Volunteers, M::Minutes]));
        figures.extend(of_all(S::Units, &[M::UnitsServed, M::UnitsHelping, M::UnitsLending, M::Founded]));
        let missing = [M::OpenSessions, M::UnconfirmedHours, M::PendingClaims, M::WithoutBirthDate];
        figures.extend(of_all(S::Completeness, &missing));
        for measure in [M::Visits, M::Persons] {
            figures.extend([group(), Item::Group(None)].map(|item| figure(S::Groups, item, measure, 1)));
        }
        for measure in [M::Sessions, M::Visits, M::Persons] {
            figures.push(figure(S::Kinds, Item::Kind(kind("medical")), measure, 1));
        }
        for measure in [M::VolunteerVisits, M::Volunteers, M::Minutes] {
            let teams = [Item::Team(Some(kind("medical"))), Item::Team(None)];
            figures.extend(teams.map(|item| figure(S::Teams, item, measure, 1)));
        }
        for measure in [M::BookedMinutes, M::OpenMinutes] {
            figures.push(figure(S::Rooms, room(), measure, 1));
        }
        for figure in &figures {
            let number = FormNumber::from(figure);
            let keys = std::iter::once(number.key.clone()).chain(number.in_hours());
            keys.for_each(|key| assert_eq!(section(&key), Some(figure.section), "{key}"));
        }
        for word in ["center", "period", "nothing", "led_sessions.worker.7", "hours_of_nobody"] {
            assert_eq!(section(word), None, "{word}");
        }
    }

    #[test]
    fn rooms_go_by_their_numbers() {
        assert!(is_of_a_room("booked_minutes.room.3") && is_of_a_room("open_hours.room.12"));
        assert!(!is_of_a_room("visits.room.3") && !is_of_a_room("open_hours.room.x"));
    }
}
