//! What an agreement says as people read it, line by line, and what one version says otherwise than the next.

use std::collections::BTreeSet;

use super::rules;
use super::types::{AgreedCenter, AgreementText, AgreementVersion, ReportCycle};
use crate::clock::Date;
use crate::fields::Fields;
use crate::web::Lang;
use crate::web::filters::{plain_date, thousands};

/// A line of what an agreement says: the key of its label, and the words; empty where nothing is said.
pub struct TextLine {
    pub label: &'static str,
    pub words: String,
}

/// What an agreement says, without its centers.
pub fn terms(text: &AgreementText, lang: Lang) -> Vec<TextLine> {
    let said = |words: &Option<String>| words.clone().unwrap_or_default();
    [
        ("agreements.number", said(&text.number)),
        ("organizations.provider", text.provider.clone()),
        ("organizations.purchaser", text.purchaser.clone()),
        ("agreements.period", days(text.starts_on, text.ends_on, lang)),
        ("agreements.services", said(&text.services)),
        ("agreements.amount", text.amount_fen.map(|fen| money(fen, lang)).unwrap_or_default()),
        ("agreements.payment", said(&text.payment)),
        ("agreements.years_from", lang.text(text.years_from.key())),
        ("agreements.reports_due", reports_due(text, lang)),
    ]
    .into_iter()
    .map(|(label, words)| TextLine { label, words })
    .collect()
}

/// A line that a change made another.
pub struct ChangedLine {
    pub label: &'static str,
    pub before: String,
    pub after: String,
}

/// What a later text says otherwise.
fn changes(before: &AgreementText, after: &AgreementText, lang: Lang) -> Vec<ChangedLine> {
    let centers = |text: &AgreementText| TextLine {
        label: "agreements.centers",
        words: text.centers.iter().map(|one| center(one, lang)).collect::<Vec<_>>().join(&lang.text("list.comma")),
    };
    let lines = |text: &AgreementText| {
        let mut lines = terms(text, lang);
        lines.push(centers(text));
        lines
    };
    lines(before)
        .into_iter()
        .zip(lines(after))
        .filter(|(before, after)| before.words != after.words)
        .map(|(before, after)| ChangedLine { label: before.label, before: before.words, after: after.words })
        .collect()
}

/// A version with what was changed after it.
pub struct ToldVersion {
    pub version: AgreementVersion,
    pub changes: Vec<ChangedLine>,
}

/// The versions of an agreement, the latest first, each with what the one after it, or `now`, says otherwise.
pub fn told(versions: Vec<AgreementVersion>, now: &AgreementText, lang: Lang) -> Vec<ToldVersion> {
    let mut told: Vec<ToldVersion> = Vec::new();
    for version in versions.into_iter().rev() {
        let after = told.last().map_or(now, |later| &later.version.was);
        let changes = changes(&version.was, after, lang);
        told.push(ToldVersion { version, changes });
    }
    told
}

/// What an agreement says now where something else was entered, field by field, in the reader's words.
pub fn differing(text: &AgreementText, entered: &Fields, lang: Lang) -> Fields {
    let known = text.as_fields();
    let mut differing = Fields::default();
    let mut compare = |name: &str, differs: bool, words: &str| {
        if differs {
            differing.add(name, words);
        }
    };
    let is_another = |name: &str| entered.get(name) != known.get(name);
    let day = |date: Date| plain_date(lang, date.0);
    for name in ["number", "services", "payment"] {
        compare(name, is_another(name), known.get(name));
    }
    compare("provider", is_another("provider"), &text.provider);
    compare("purchaser", is_another("purchaser"), &text.purchaser);
    compare("starts_on", is_another("starts_on"), &day(text.starts_on));
    compare("ends_on", is_another("ends_on"), &day(text.ends_on));
    compare("amount", rules::fen(entered.get("amount")).ok() != text.amount_fen, known.get("amount"));
    compare("years_from", is_another("years_from"), &lang.text(text.years_from.key()));
    for cycle in ReportCycle::ALL {
        let name = format!("due.{cycle}");
        compare(&name, is_another(&name), known.get(&name));
    }
    let centers = |of: &Fields| of.all("center").iter().cloned().collect::<BTreeSet<String>>();
    let names: Vec<&str> = text.centers.iter().map(|one| one.center.as_str()).collect();
    compare("center", centers(entered) != centers(&known), &names.join(&lang.text("list.comma")));
    // The agreement's own days, entered as a center's, are as if they were left out.
    for (side, whole) in [("from", "starts_on"), ("to", "ends_on")] {
        for center in centers(entered).union(&centers(&known)) {
            let name = format!("{side}.{center}");
            let own = if entered.get(&name) == entered.get(whole) { "" } else { entered.get(&name) };
            let now = Date::parse(known.get(&name)).map(day).unwrap_or_default();
            compare(&name, own != known.get(&name), &now);
        }
    }
    differing
}

fn days(from: Date, to: Date, lang: Lang) -> String {
    format!("{} – {}", plain_date(lang, from.0), plain_date(lang, to.0))
}

fn center(one: &AgreedCenter, lang: Lang) -> String {
    format!("{} {}", one.center, days(one.starts_on, one.ends_on, lang))
}

/// `1,200.50 元`.
fn money(fen: i64, lang: Lang) -> String {
    let decimals = match fen % 100 {
        0 => String::new(),
        rest => format!(".{rest:02}"),
    };
    lang.with("agreements.yuan", [("n", format!("{}{decimals}", thousands(fen / 100)))])
}

/// `每月：结束后 10 天内、每年：结束后 30 天内`.
fn reports_due(text: &AgreementText, lang: Lang) -> String {
    let one = |cycle: &str, days: i64| {
        let within = lang.with("agreements.due_within", [("n", days.to_string())]);
        format!("{}{}{within}", lang.text(cycle), lang.text("list.colon"))
    };
    let words: Vec<String> = text.cycles.iter().map(|due| one(due.cycle.key(), due.due_days)).collect();
    words.join(&lang.text("list.comma"))
}
