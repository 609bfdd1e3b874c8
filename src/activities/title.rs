//! What an activity is called, and before whom: the one place that decides who reads what may name a person.
//!
//! Of a confidential kind of service (case work is one) the title, the description and what is noted on a session may
//! name whom it is for. Who coordinates the center and the worker who leads it read them; the front desk, which receives
//! people, reads the title only; everybody else reads the kind's name instead. The database leaves them out, so no page
//! can forget to.

use super::types::ServiceKind;
use crate::auth::{AccountId, Coordinator, Role, Viewer};
use crate::store::Flag;
use crate::told::ToldValue;
use crate::web::Lang;
use crate::web::text::Named;

/// Before whom it is read. Statements that read what may name a person take the reader as a number, [`Sight::reader`]: one text for everybody.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'a> {
    /// Nobody signed in: what hangs at a door or stands in a calendar.
    Public,
    Of(&'a Viewer),
}

/// Reads everything.
pub(super) const ALL: i64 = 0;
/// Reads the title only.
pub(super) const TITLE: i64 = -1;
/// Reads neither.
const NEITHER: i64 = -2;

impl Sight<'_> {
    /// One of the above, or the account of who reads both of the sessions they lead.
    pub fn reader(self) -> i64 {
        match self {
            Self::Public => NEITHER,
            Self::Of(viewer) if Coordinator::includes(viewer.role) => ALL,
            Self::Of(viewer) if viewer.role == Role::FrontDesk => TITLE,
            // Which center they work at is decided before: another center's session is not found.
            Self::Of(viewer) => viewer.account.0,
        }
    }

    /// Whose own things are told.
    pub(super) fn account(self) -> Option<AccountId> {
        match self {
            Self::Public => None,
            Self::Of(viewer) => Some(viewer.account),
        }
    }
}

/// The condition, over activity `a` and its kind `k`, under which what names a person is left out before `reader`,
/// a place of the statement, as `$1`.
fn hidden(reader: &str, but: &str) -> String {
    format!(
        "{reader} not in ({but}) and k.confidential = 1
         and not exists (select 1 from sessions o join workers i on i.id = o.worker_id
                         where o.activity_id = a.id and i.account_id = {reader})"
    )
}

/// The columns of a [`Title`], of activity `a` and its kind `k`, before `reader`.
pub fn columns(reader: &str) -> String {
    let hidden = hidden(reader, &format!("{ALL}, {TITLE}"));
    format!(
        "case when {hidden} then null else a.title end as title, k.name as kind, k.name_en as kind_en, k.confidential"
    )
}

/// A column of free text of table `alias`, null for whom it is not: the front desk needs to know only to whom to show
/// the way.
pub fn column(reader: &str, alias: &str, name: &str) -> String {
    let hidden = hidden(reader, &ALL.to_string());
    format!("case when {hidden} then null else {alias}.{name} end as {name}")
}

/// The condition, over activity `a` and its kind `k`, under which the public learns of it: case work is nobody's
/// business, published or not.
pub const PUBLISHED: &str = "(a.published = 1 and k.confidential = 0)";

/// What an activity is called before a reader: by its title, or by its kind where the title is not for them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Title {
    title: Option<String>,
    pub kind: String,
    pub kind_en: String,
    confidential: Flag,
}

impl Title {
    pub fn pick(&self, lang: Lang) -> &str {
        self.own().unwrap_or_else(|| lang.pick(&self.kind, &self.kind_en))
    }

    /// The title itself, for whom it is.
    pub fn own(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// As it may be hung at a door or kept where others read it, whoever does so.
    pub fn for_all(&self, lang: Lang) -> &str {
        if self.confidential.is_set() { lang.pick(&self.kind, &self.kind_en) } else { self.pick(lang) }
    }

    /// As whoever reads it may hand it to the person whom it is about.
    pub fn told(&self) -> ToldValue {
        match &self.title {
            Some(title) => ToldValue::Text(title.clone()),
            None => ToldValue::Named(self.kind.clone(), self.kind_en.clone()),
        }
    }

    pub fn is_confidential(&self) -> bool {
        self.confidential.is_set()
    }

    /// Of an activity that is not there yet.
    pub(super) fn planned(title: &str, kind: Option<&ServiceKind>) -> Self {
        Self {
            title: Some(title.to_owned()),
            kind: kind.map(|kind| kind.name.clone()).unwrap_or_default(),
            kind_en: kind.map(|kind| kind.name_en.clone()).unwrap_or_default(),
            confidential: kind.map(|kind| kind.confidential).unwrap_or_default(),
        }
    }

    #[cfg(test)]
    pub(super) fn of(title: &str) -> Self {
        let kind = |name: &str| name.to_owned();
        Self {
            title: Some(title.to_owned()),
            kind: kind("小组"),
            kind_en: kind("Group work"),
            confidential: Flag::default(),
        }
    }
}

impl Named for Title {
    fn in_lang(&self, lang: Lang) -> &str {
        self.pick(lang)
    }
}
