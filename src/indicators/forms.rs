//! Reading an indicator, a month's value, and what is copied.

use super::types::{
    CopiedFor, CountedMeasure, CountedWithin, IndicatorMonth, IndicatorSpan, IndicatorTemplateId, IndicatorUnit,
};
use crate::agreements::AgreementId;
use crate::centers::CenterId;
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::ids::WorkerId;

/// The largest target, and the largest value of a month, in the unit itself.
const MOST: i64 = 100_000_000;

/// What is asked for, without whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedIndicator {
    pub name: String,
    pub name_en: String,
    pub unit: IndicatorUnit,
    /// In what is kept of the unit.
    pub target: i64,
    pub span: IndicatorSpan,
    /// Its place in the list; none: the last.
    pub place: Option<i64>,
    pub measure: Option<CountedMeasure>,
    pub within: Option<CountedWithin>,
}

/// An indicator of an agreement.
#[derive(Clone, Debug)]
pub struct IndicatorInput {
    pub wanted: WantedIndicator,
    pub center: Option<CenterId>,
    pub worker: Option<WorkerId>,
}

/// Of whom something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AskedOf {
    Everybody,
    Worker,
    /// Whom an agreement says that takes it from the template.
    Template,
}

/// Fields `name name_en unit target span place measure within`: without a measure it is entered by hand.
fn read_wanted(read: &mut Reader<'_>, of: AskedOf) -> Option<WantedIndicator> {
    let name = read.required("name", parse::line(60));
    let name_en = read.optional("name_en", parse::line(120));
    let unit: Option<IndicatorUnit> = read.required("unit", parse::choice);
    let target = read.required("target", parse::integer(1..=MOST));
    let span = read.required("span", parse::choice);
    let place = read.optional("place", parse::integer(1..=999));
    let measure: Option<Option<CountedMeasure>> = read.optional("measure", parse::choice);
    let within: Option<Option<CountedWithin>> = read.optional("within", parse::choice);
    if let (Some(Some(measure)), Some(unit)) = (measure, unit)
        && !measure.fits(unit)
    {
        read.fault::<()>("unit", Fault::new("field.indicator_unit"));
    }
    if let (Some(measure), Some(Some(within))) = (measure, within)
        && !measure.is_some_and(|measure| within.fits(measure))
    {
        read.fault::<()>("within", Fault::new("field.indicator_within"));
    }
    match measure.flatten() {
        Some(measure) if measure.is_of_a_worker() && of == AskedOf::Everybody => {
            read.fault::<()>("worker", Fault::new("field.indicator_needs_worker"));
        }
        Some(measure) if of == AskedOf::Worker && !measure.is_of_a_worker() => {
            read.fault::<()>("measure", Fault::new("field.indicator_not_of_worker"));
        }
        _ => {}
    }
    let name = name?;
    let unit = unit?;
    Some(WantedIndicator {
        name_en: name_en?.unwrap_or_else(|| name.clone()),
        name,
        unit,
        target: target? * unit.scale(),
        span: span?,
        place: place?,
        measure: measure?,
        within: within?,
    })
}

/// Fields of [`read_wanted`], `center` and `worker`: without a center it is of all of the agreement's, without a worker of everybody.
///
/// # Errors
/// `Invalid` at what does not go together.
pub fn indicator(fields: &Fields) -> Result<IndicatorInput> {
    let mut read = fields.read();
    let input = read_indicator(&mut read);
    read.finish(|| input)
}

fn read_indicator(read: &mut Reader<'_>) -> Option<IndicatorInput> {
    let center = read.optional("center", parse::choice);
    let worker: Option<Option<WorkerId>> = read.optional("worker", parse::choice);
    let of = if worker.flatten().is_some() { AskedOf::Worker } else { AskedOf::Everybody };
    let wanted = read_wanted(read, of);
    Some(IndicatorInput { wanted: wanted?, center: center?, worker: worker? })
}

/// The same, and the `version` that the form was filled from; whoever sends none changes what is there now.
///
/// # Errors
/// As [`indicator`].
pub fn revision(fields: &Fields) -> Result<(IndicatorInput, Option<i64>)> {
    let mut read = fields.read();
    let version = read.optional("version", parse::integer(0..=i64::MAX));
    let input = read_indicator(&mut read);
    read.finish(|| Some((input?, version?)))
}

/// A program's revision: it must say what it has seen.
///
/// # Errors
/// As [`indicator`], and `Invalid` at `version`.
pub fn api_revision(fields: &Fields) -> Result<(IndicatorInput, Option<i64>)> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(0..=i64::MAX));
    let input = read_indicator(&mut read);
    read.finish(|| Some((input?, Some(version?))))
}

/// An indicator of a template, which is of nobody yet.
///
/// # Errors
/// As [`indicator`].
pub fn item(fields: &Fields) -> Result<WantedIndicator> {
    let mut read = fields.read();
    let wanted = read_wanted(&mut read, AskedOf::Template);
    read.finish(|| wanted)
}

/// A month's value.
#[derive(Clone, Debug)]
pub struct ValueInput {
    /// Of the indicators that are of several centers.
    pub center: Option<CenterId>,
    pub month: IndicatorMonth,
    /// In what is kept of the unit.
    pub value: i64,
    /// The unit that whoever entered it saw, where that is told.
    pub unit: Option<IndicatorUnit>,
    pub word: Option<String>,
    /// Why, where there is a value already.
    pub reason: Option<String>,
}

/// Fields `center month value unit word reason`; `unit` is the indicator's.
///
/// # Errors
/// `Invalid` at what is wrong.
pub fn value(fields: &Fields, unit: IndicatorUnit) -> Result<ValueInput> {
    let mut read = fields.read();
    let center = read.optional("center", parse::choice);
    let month = read.required("month", parse::choice);
    let value = read.required("value", amount(unit));
    let seen = read.optional("unit", parse::choice);
    let word = read.optional("word", parse::line(120));
    let reason = read.optional("reason", parse::line(80));
    read.finish(|| {
        let (word, reason) = (word?, reason?);
        Some(ValueInput { center: center?, month: month?, value: value?, unit: seen?, word, reason })
    })
}

/// Field `name`: why a month's value is taken back.
///
/// # Errors
/// `Invalid` at that field.
pub fn taking_back(fields: &Fields, name: &str) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}

/// A number of a unit: hours and yuan with up to two decimals, the rest whole.
fn amount(unit: IndicatorUnit) -> impl Fn(&str) -> Result<i64, Fault> {
    move |text| {
        let wrong = || Fault::bound("field.not_in_range", format!("0–{MOST}"));
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(rest) || rest.len() > 2 || whole.is_empty() {
            return Err(wrong());
        }
        let whole = whole.parse::<i64>().ok().filter(|whole| *whole <= MOST).ok_or_else(wrong)?;
        let hundredths = format!("{rest:0<2}").parse::<i64>().map_err(|_| wrong())?;
        match unit.scale() {
            1 if hundredths > 0 => Err(wrong()),
            scale => Ok(whole * scale + (hundredths * scale + 50) / 100),
        }
    }
}

/// Field `reason`, which is needed where something was entered already.
///
/// # Errors
/// `Invalid` at `reason` for one that is no line.
pub fn removal(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let reason = read.optional("reason", parse::line(80));
    read.finish(|| reason)
}

/// From where indicators are copied: `template:3` or `agreement:7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndicatorSource {
    Template(IndicatorTemplateId),
    Agreement(AgreementId),
}

impl std::fmt::Display for IndicatorSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Template(id) => write!(f, "template:{id}"),
            Self::Agreement(id) => write!(f, "agreement:{id}"),
        }
    }
}

impl std::str::FromStr for IndicatorSource {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "not of the form template:ID or agreement:ID";
        match text.split_once(':') {
            Some(("template", id)) => Ok(Self::Template(id.parse().map_err(|_| FORM)?)),
            Some(("agreement", id)) => Ok(Self::Agreement(id.parse().map_err(|_| FORM)?)),
            _ => Err(FORM),
        }
    }
}

/// Fields `source` and `lines`: together, where nothing is said.
///
/// # Errors
/// `Invalid` at `source`, and at `lines` where another agreement's are copied, which say themselves of which center they are.
pub fn copying(fields: &Fields) -> Result<(IndicatorSource, CopiedFor)> {
    let mut read = fields.read();
    let source: Option<IndicatorSource> = read.required("source", parse::choice);
    let lines: Option<Option<CopiedFor>> = read.optional("lines", parse::choice);
    if let (Some(IndicatorSource::Agreement(_)), Some(Some(CopiedFor::EachCenter))) = (source, lines) {
        read.fault::<()>("lines", Fault::new("field.lines_of_templates"));
    }
    read.finish(|| Some((source?, lines?.unwrap_or(CopiedFor::Together))))
}

/// Field `name`: what a template is called.
///
/// # Errors
/// `Invalid` at `name`.
pub fn template_name(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(60));
    read.finish(|| name)
}

/// There is a value of that month already, and nobody says why it is another.
pub(super) fn needs_reason() -> Error {
    Error::field("reason", "field.indicator_value_there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_yuan_have_parts_and_the_rest_has_none() {
        let read = |unit, text| amount(unit)(text).ok();
        assert_eq!(
            ["12", "12.5", "0.25", "0.08", "0"].map(|text| read(IndicatorUnit::Hours, text)),
            [Some(720), Some(750), Some(15), Some(5), Some(0)]
        );
        assert_eq!(
            ["28000.5", "0.05", "1"].map(|text| read(IndicatorUnit::Yuan, text)),
            [Some(2_800_050), Some(5), Some(100)]
        );
        assert_eq!(["7", "7.0", "7.5"].map(|text| read(IndicatorUnit::Visits, text)), [Some(7), Some(7), None]);
        for wrong in ["", "-1", "+1", "1e3", ".5", "1.234", "1,000", "100000001", "９"] {
            assert_eq!(read(IndicatorUnit::Yuan, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_template_s_indicators_are_asked_of_each_center() {
        let read = |query: &str| copying(&Fields::from_form(query)).ok();
        let (template, agreement) =
            (IndicatorSource::Template(IndicatorTemplateId(3)), IndicatorSource::Agreement(AgreementId(7)));
        assert_eq!(read("source=template:3"), Some((template, CopiedFor::Together)));
        assert_eq!(read("source=template:3&lines=each_center"), Some((template, CopiedFor::EachCenter)));
        assert_eq!(read("source=agreement:7&lines=together"), Some((agreement, CopiedFor::Together)));
        assert_eq!(read("source=agreement:7&lines=each_center"), None);
        assert_eq!(read("source=template:3&lines=each_worker"), None);
    }

    #[test]
    fn what_does_not_go_together_is_told_at_its_field() {
        let faults = |query: &str| match indicator(&Fields::from_form(query)) {
            Err(Error::Invalid(errors)) => errors.fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let base = "name=a&target=5&span=whole";
        assert_eq!(faults(&format!("{base}&unit=visits&measure=visits&within=group:elderly")), Vec::<String>::new());
        assert_eq!(faults(&format!("{base}&unit=hours&measure=visits")), ["unit"]);
        assert_eq!(faults(&format!("{base}&unit=visits&within=kind:1")), ["within"]);
        assert_eq!(faults(&format!("{base}&unit=hours&measure=minutes&within=kind:1")), ["within"]);
        assert_eq!(faults(&format!("{base}&unit=sessions&measure=led_sessions")), ["worker"]);
        assert_eq!(faults(&format!("{base}&unit=visits&measure=visits&worker=1")), ["measure"]);
        let led = format!("{base}&unit=sessions&measure=led_sessions&worker=1");
        assert_eq!(faults(&format!("{led}&within=kind:2")), Vec::<String>::new());
        assert_eq!(faults(&format!("{led}&within=group:elderly")), ["within"]);
        let nobody = format!("{base}&unit=sessions&measure=led_sessions&within=kind:2");
        assert!(item(&Fields::from_form(&nobody)).is_ok(), "a template says of nobody");
        assert_eq!(faults(&format!("{base}&unit=yuan")), Vec::<String>::new());
    }
}
